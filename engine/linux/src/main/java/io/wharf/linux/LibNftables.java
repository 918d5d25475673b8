package io.wharf.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;

/** {@link Nftables} by libnftables.so.1 in this process. The library is not made for threads: one lock for all. */
final class LibNftables implements Nftables {
    private static final String LIBRARY = "libnftables.so.1";
    private static final int OUTPUT_JSON = 1 << 4;
    private static final Object LOCK = new Object();

    /** Looked up when the first context is opened. */
    private record Functions(
            MemorySegment contextNew,
            MemorySegment contextFree,
            MemorySegment bufferOutput,
            MemorySegment bufferError,
            MemorySegment output,
            MemorySegment error,
            MemorySegment setFlags,
            MemorySegment run) {
        static Functions of(SymbolLookup library) {
            return new Functions(
                    library.findOrThrow("nft_ctx_new"),
                    library.findOrThrow("nft_ctx_free"),
                    library.findOrThrow("nft_ctx_buffer_output"),
                    library.findOrThrow("nft_ctx_buffer_error"),
                    library.findOrThrow("nft_ctx_get_output_buffer"),
                    library.findOrThrow("nft_ctx_get_error_buffer"),
                    library.findOrThrow("nft_ctx_output_set_flags"),
                    library.findOrThrow("nft_run_cmd_from_buffer"));
        }
    }

    private final Functions functions;
    private long context;

    private LibNftables(Functions functions, long context) {
        this.functions = functions;
        this.context = context;
    }

    static LibNftables open() {
        var library = Native.library(LIBRARY)
                .orElseThrow(() -> LinuxException.because(
                        "dlopen", Errno.ENOENT, "install the package libnftables1 (or nftables)", LIBRARY));
        var functions = Functions.of(library);
        synchronized (LOCK) {
            var context = Native.call(functions.contextNew, 0);
            if (context == 0) {
                throw new LinuxException("nft_ctx_new", Math.max(1, Native.errno()));
            }
            Native.call(functions.bufferOutput, context);
            Native.call(functions.bufferError, context);
            return new LibNftables(functions, context);
        }
    }

    @Override
    public String run(String commands) {
        return run(commands, 0);
    }

    @Override
    public String runJson(String commands) {
        return run(commands, OUTPUT_JSON);
    }

    private String run(String commands, int flags) {
        synchronized (LOCK) {
            if (context == 0) {
                throw new LinuxException("nft_run_cmd_from_buffer", Errno.EBADF, "closed");
            }
            Native.call(functions.setFlags, context, flags);
            int result;
            try (var arena = Arena.ofConfined()) {
                var text = arena.allocateFrom(commands);
                result = (int) Native.call(functions.run, context, text.address());
            }
            // Asking for a buffer empties it for the next run.
            var output = text(Native.call(functions.output, context));
            var error = text(Native.call(functions.error, context));
            if (result != 0) {
                throw LinuxException.because("nft_run_cmd_from_buffer", errno(error), error.strip(), shown(commands));
            }
            return output;
        }
    }

    /** The library tells its reasons in words alone; the ones that callers ask about are known by them. */
    private static int errno(String error) {
        if (error.contains("No such file or directory")) {
            return Errno.ENOENT;
        }
        if (error.contains("File exists")) {
            return Errno.EEXIST;
        }
        if (error.contains("Device or resource busy")) {
            return Errno.EBUSY;
        }
        return error.contains("Operation not permitted") ? Errno.EPERM : Errno.EINVAL;
    }

    private static String shown(String commands) {
        return commands.length() <= 300 ? commands : commands.substring(0, 300) + "…";
    }

    private static String text(long address) {
        return address == 0
                ? ""
                : MemorySegment.ofAddress(address)
                        .reinterpret(Integer.MAX_VALUE)
                        .getString(0);
    }

    @Override
    public void close() {
        synchronized (LOCK) {
            if (context != 0) {
                Native.call(functions.contextFree, context);
                context = 0;
            }
        }
    }
}
