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
        return of(pools, file, 0, Long.MAX_VALUE);
    }

    /** As above, from a place on, and so many bytes at most. */
    public static ByteStream of(Pools pools, Path file, long offset, long length) {
        return PulledBytes.of(pools, new Source(file, offset, length)).bytes();
    }

    private static final class Source implements PulledBytes.Source {
        private final Path file;
        private final long offset;
        private long left;
        private @Nullable FileChannel channel;
        private boolean finished;

        private Source(Path file, long offset, long length) {
            this.file = file;
            this.offset = offset;
            this.left = length;
        }

        @Override
        public @Nullable ByteBuf next() throws IOException {
            if (channel == null) {
                channel = FileChannel.open(file, StandardOpenOption.READ).position(offset);
            }
            if (left == 0) {
                finished = true;
                return null;
            }
            int most = (int) Math.min(CHUNK, left);
            ByteBuf chunk = ByteBufAllocator.DEFAULT.directBuffer(most);
            int count = -1;
            try {
                count = chunk.writeBytes(channel, most);
            } finally {
                if (count <= 0) {
                    chunk.release();
                }
            }
            finished = count <= 0;
            left -= Math.max(0, count);
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
