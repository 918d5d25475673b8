package io.wharf.logs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file as it is, up to the size that counted when it was opened. */
final class FilePlace implements SizedPlace {
    private final FileChannel channel;
    private final long size;

    FilePlace(Path file, long size) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.READ);
        this.size = Math.min(size, channel.size());
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int read(byte[] into, int offset, int length, long position) throws IOException {
        int wanted = (int) Math.min(length, Math.max(0, size - position));
        ByteBuffer buffer = ByteBuffer.wrap(into, offset, wanted);
        int count = 0;
        while (count >= 0 && buffer.hasRemaining()) {
            count = channel.read(buffer, position + buffer.position() - offset);
        }
        return buffer.position() - offset;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
