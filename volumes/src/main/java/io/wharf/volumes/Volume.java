package io.wharf.volumes;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** One volume as it is committed, with its users. Confined to the verticle's context. */
final class Volume {
    /** The label by which Docker marks volumes that were made without a name. */
    static final String ANONYMOUS = "com.docker.volume.anonymous";

    private final String name;
    private final long createdNanos;
    private final Map<String, String> labels;
    private final Map<String, String> options;
    private final Set<String> users = new HashSet<>();
    private final Set<String> mountedBy = new HashSet<>();
    private boolean filled;

    Volume(String name, long createdNanos, Map<String, String> labels, Map<String, String> options, boolean filled) {
        this.name = name;
        this.createdNanos = createdNanos;
        this.labels = labels;
        this.options = options;
        this.filled = filled;
    }

    String name() {
        return name;
    }

    long createdNanos() {
        return createdNanos;
    }

    Map<String, String> labels() {
        return labels;
    }

    Map<String, String> options() {
        return options;
    }

    boolean isAnonymous() {
        return labels.containsKey(ANONYMOUS);
    }

    /** Containers made with this volume. */
    Set<String> users() {
        return users;
    }

    /** Containers that run with it. */
    Set<String> mountedBy() {
        return mountedBy;
    }

    /** Whether it has had its chance to take over an image's content. */
    boolean isFilled() {
        return filled;
    }

    void setFilled() {
        filled = true;
    }
}
