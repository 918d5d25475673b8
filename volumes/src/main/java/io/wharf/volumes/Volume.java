package io.wharf.volumes;

import io.wharf.base.WharfException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One volume as it is committed, with its users. Confined to the verticle's context. */
final class Volume {
    /** The label by which Docker marks volumes that were made without a name. */
    static final String ANONYMOUS = "com.docker.volume.anonymous";

    private final String name;
    private final String driver;
    private final long createdNanos;
    private final Map<String, String> labels;
    private final Map<String, String> options;
    private final Set<String> users = new HashSet<>();
    private final Set<String> mountedBy = new HashSet<>();
    private boolean filled;
    private String scope = "local";
    private String mountpoint = "";
    private int copies;
    private @Nullable String taken;
    private @Nullable String broken;

    Volume(
            String name,
            String driver,
            long createdNanos,
            Map<String, String> labels,
            Map<String, String> options,
            boolean filled) {
        this.name = name;
        this.driver = driver;
        this.createdNanos = createdNanos;
        this.labels = labels;
        this.options = options;
        this.filled = filled;
    }

    String name() {
        return name;
    }

    /** The name of the driver that keeps it. */
    String driver() {
        return driver;
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

    /** As its driver told last. */
    String scope() {
        return scope;
    }

    /** Where it is, or was when its driver last told; empty where nobody knows. */
    String mountpoint() {
        return mountpoint;
    }

    Volume at(String scope, String mountpoint) {
        this.scope = scope;
        this.mountpoint = mountpoint;
        return this;
    }

    /** Whether a copy is made of it at the moment. */
    boolean isCopied() {
        return copies > 0;
    }

    void beginCopy() {
        copies++;
    }

    void endCopy() {
        copies--;
    }

    /**
     * Keeps everybody out.
     *
     * @param why what follows {@code volume NAME}, as {@code is being restored}
     */
    void take(String why) {
        taken = why;
    }

    boolean isTaken() {
        return taken != null;
    }

    void giveBack() {
        taken = null;
    }

    void refuseIfTaken() {
        if (taken != null) {
            throw WharfException.conflict("volume " + name + " " + taken);
        }
    }

    /** Its content is not whole: nobody gets it but those who give it another. */
    void breaks(String why) {
        broken = why;
    }

    void heals() {
        broken = null;
    }

    void refuseIfBroken() {
        refuseIfTaken();
        if (broken != null) {
            throw WharfException.conflict("volume " + name + " " + broken);
        }
    }

    /** The same under another name, which somebody has given it: it is anonymous no more. */
    Volume renamed(String to) {
        Map<String, String> others = new HashMap<>(labels);
        others.remove(ANONYMOUS);
        return new Volume(to, driver, createdNanos, others, options, filled);
    }
}
