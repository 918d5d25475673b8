package io.wharf.linux;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The three ways to mount an overlay; which one is taken depends on the length of the options and on the kernel. */
final class OverlayMount {
    private static final int FSCONFIG_SET_FLAG = 0;
    private static final int FSCONFIG_SET_STRING = 1;
    private static final int FSCONFIG_CMD_CREATE = 6;
    private static final int CLOEXEC = 1;
    /** fsconfig takes strings below 256 bytes. */
    private static final int VALUE_BYTES = 255;

    private OverlayMount() {}

    static void mount(Overlay overlay, String target) {
        var options = classicOptions(overlay, overlay.lowers(), overlay.upper(), overlay.work());
        if (!needsShortNames(overlay) && Names.encode(options).length < RealMounts.OPTION_BYTES) {
            RealMounts.INSTANCE.mount("overlay", target, "overlay", 0, options);
        } else if (!mountOneByOne(overlay, target)) {
            mountByDescriptors(overlay, target);
        }
    }

    private static String classicOptions(
            Overlay overlay, List<String> lowers, @Nullable String upper, @Nullable String work) {
        var options = new StringBuilder("lowerdir=").append(String.join(":", lowers));
        if (upper != null) {
            options.append(",upperdir=").append(upper).append(",workdir=").append(work);
        }
        overlay.options().forEach(option -> options.append(',').append(option));
        return options.toString();
    }

    /** Colons, commas and backslashes mean something in the option string. */
    private static boolean isPlain(String path) {
        return path.chars().noneMatch(c -> c == ':' || c == ',' || c == '\\');
    }

    private static boolean needsShortNames(Overlay overlay) {
        var upper = overlay.upper();
        var work = overlay.work();
        return !overlay.lowers().stream().allMatch(OverlayMount::isPlain)
                || (upper != null && !isPlain(upper))
                || (work != null && !isPlain(work));
    }

    /** The new mount API, each lower by itself; false where this kernel's overlayfs has no {@code lowerdir+}. */
    static boolean mountOneByOne(Overlay overlay, String target) {
        var borrowed = new ArrayList<Fd>();
        try (var context = open()) {
            var first = true;
            for (var lower : overlay.lowers()) {
                var result = set(context, "lowerdir+", shortened(lower, borrowed));
                if (result == -Errno.EINVAL && first) {
                    return false;
                }
                first = false;
                check("fsconfig", result, context, "lowerdir+", lower);
            }
            var upper = overlay.upper();
            var work = overlay.work();
            if (upper != null && work != null) {
                check("fsconfig", set(context, "upperdir", shortened(upper, borrowed)), context, "upperdir", upper);
                check("fsconfig", set(context, "workdir", shortened(work, borrowed)), context, "workdir", work);
            }
            for (var option : overlay.options()) {
                var equals = option.indexOf('=');
                var result = equals < 0
                        ? config(context, FSCONFIG_SET_FLAG, option, "")
                        : set(context, option.substring(0, equals), option.substring(equals + 1));
                check("fsconfig", result, context, option);
            }
            // Shown in the mount table, as mount(2) would have it.
            set(context, "source", "overlay");
            check("fsconfig", config(context, FSCONFIG_CMD_CREATE, "", ""), context, "create", target);
            var mount = Native.syscall(Nr.FSMOUNT, context.value(), CLOEXEC, 0);
            try (var tree = Fd.own(Check.fd("fsmount", mount, context, target))) {
                RealMounts.INSTANCE.attach(tree, target);
            }
            return true;
        } finally {
            borrowed.forEach(Fd::close);
        }
    }

    /** mount(2) with each layer named by its descriptor: at most 20 bytes each, also where paths hold colons. */
    static void mountByDescriptors(Overlay overlay, String target) {
        var borrowed = new ArrayList<Fd>();
        try {
            var lowers = overlay.lowers().stream()
                    .map(lower -> byDescriptor(lower, borrowed))
                    .toList();
            var upper = overlay.upper();
            var work = overlay.work();
            var options = classicOptions(
                    overlay,
                    lowers,
                    upper == null ? null : byDescriptor(upper, borrowed),
                    work == null ? null : byDescriptor(work, borrowed));
            RealMounts.INSTANCE.mount("overlay", target, "overlay", 0, options);
        } finally {
            borrowed.forEach(Fd::close);
        }
    }

    private static String shortened(String path, List<Fd> borrowed) {
        return isPlain(path) && Names.encode(path).length < VALUE_BYTES ? path : byDescriptor(path, borrowed);
    }

    private static String byDescriptor(String path, List<Fd> borrowed) {
        var fd = Entries.openDirectory(path);
        borrowed.add(fd);
        return fd.procPath();
    }

    private static Fd open() {
        var name = Scratch.get().first("overlay", "fsopen");
        return Fd.own(Check.fd("fsopen", Native.syscall(Nr.FSOPEN, name, CLOEXEC), "overlay"));
    }

    private static long set(Fd context, String key, String value) {
        return config(context, FSCONFIG_SET_STRING, key, value);
    }

    private static long config(Fd context, int command, String key, String value) {
        var scratch = Scratch.get();
        var keyAt = key.isEmpty() ? 0 : scratch.first(key, "fsconfig");
        var valueAt = command == FSCONFIG_SET_STRING ? scratch.second(value, "fsconfig") : 0;
        return Native.syscall(Nr.FSCONFIG, context.value(), command, keyAt, valueAt, 0);
    }

    /** The context says in words what it refused: they belong into the message. */
    private static void check(String call, long result, Fd context, Object... arguments) {
        if (result < 0) {
            throw LinuxException.because(call, (int) -result, words(context), arguments);
        }
    }

    private static String words(Fd context) {
        var line = new byte[512];
        try {
            var count = context.read(line, 0, line.length);
            return count <= 0 ? "" : new String(line, 0, count, StandardCharsets.UTF_8).strip();
        } catch (LinuxException none) {
            return "";
        }
    }
}
