package io.wharf.streams;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.wharf.contracts.ByteStream;
import io.wharf.linux.Pools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** A file's bytes as a stream, read on a pool's threads. */
public final class FileBytes {
    private static final int CHUNK = 128 << 10;

    private FileBytes() {}

    /** The file from its start to where it ends when the reader gets there; opened with the first read. */
    public static ByteStream of(Pools pools, Path file) {
        return PulledBytes.of(pools, new Source(file)).bytes();
    }

    private static final class Source implements PulledBytes.Source {
        private final Path file;
        private @Nullable FileChannel channel;
        private boolean finished;

        private Source(Path file) {
            this.file = file;
        }

        @Override
        public @Nullable ByteBuf next() throws IOException {
            if (channel == null) {
                channel = FileChannel.open(file, StandardOpenOption.READ);
            }
            ByteBuf chunk = ByteBufAllocator.DEFAULT.directBuffer(CHUNK);
            int count = -1;
            try {
                count = chunk.writeBytes(channel, CHUNK);
            } finally {
                if (count <= 0) {
                    chunk.release();
                }
            }
            finished = count <= 0;
            return finished ? null : chunk;
        }

        @Override
        public boolean finished() {
            return finished;
        }

        @Override
        public void close() {
            try {
                if (channel != null) {
                    channel.close();
                }
            } catch (IOException e) {
                LoggerFactory.getLogger(FileBytes.class).warn("closing {}", file, new UncheckedIOException(e));
            }
        }
    }
}
