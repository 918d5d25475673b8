package io.wharf.stats;

import io.wharf.linux.CgroupHierarchies;
import io.wharf.linux.KernelFile;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bytes and operations on block devices: the lists of the blkio controller, as far as the kernel's scheduler fills them,
 * else what its throttling counts; in the second version the bytes of io.stat.
 */
final class BlockGauge implements Gauge {
    private static final String[] LISTS = {
        "io_service_bytes_recursive",
        "io_serviced_recursive",
        "io_queue_recursive",
        "io_service_time_recursive",
        "io_wait_time_recursive",
        "io_merged_recursive",
        "io_time_recursive",
        "sectors_recursive"
    };
    /** What a kernel with the CFQ scheduler (before 5.0) calls them. */
    private static final String[] CFQ = {
        "io_service_bytes_recursive",
        "io_serviced_recursive",
        "io_queued_recursive",
        "io_service_time_recursive",
        "io_wait_time_recursive",
        "io_merged_recursive",
        "time_recursive",
        "sectors_recursive"
    };

    private final CgroupFolder folder;
    private final @Nullable KernelFile[] files = new KernelFile[LISTS.length];
    private final @Nullable KernelFile[] throttle = new KernelFile[2];
    private final boolean second;
    /** Each list as JSON: the entries between the brackets; nothing for an empty one. */
    private final JsonBytes[] lists = new JsonBytes[LISTS.length];

    BlockGauge(CgroupHierarchies hierarchies, String cgroup) {
        CgroupFolder blkio = CgroupFolder.of(hierarchies, "blkio", cgroup);
        second = !blkio.exists();
        folder = second ? CgroupFolder.of(hierarchies, "io", cgroup) : blkio;
        Arrays.setAll(lists, i -> new JsonBytes(0));
        if (second) {
            files[0] = folder.file("io.stat");
            return;
        }
        files[1] = folder.file("blkio." + CFQ[1]);
        if (files[1] != null) {
            for (int i = 0; i < CFQ.length; i++) {
                files[i] = i == 1 ? files[1] : folder.file("blkio." + CFQ[i]);
            }
        }
        throttle[0] = either("blkio.throttle.io_service_bytes");
        throttle[1] = either("blkio.throttle.io_serviced");
    }

    private @Nullable KernelFile either(String name) {
        KernelFile recursive = folder.file(name + "_recursive");
        return recursive == null ? folder.file(name) : recursive;
    }

    @Override
    public boolean read(KernelText text) {
        if (second) {
            lists[0].truncate(0);
            return files[0] == null || (text.read(files[0]) && entries2(text, lists[0]));
        }
        boolean any = false;
        boolean there = true;
        for (int i = 0; i < files.length; i++) {
            there &= list(files[i], text, lists[i]);
            any |= lists[i].length() > 0;
        }
        if (!any) {
            there &= list(throttle[0], text, lists[0]);
            there &= list(throttle[1], text, lists[1]);
        }
        return there;
    }

    private static boolean list(@Nullable KernelFile file, KernelText text, JsonBytes into) {
        into.truncate(0);
        return file == null || (text.read(file) && entries(text, into));
    }

    /** Lines as {@code 8:0 Read 4096}, or without the word, and one of the total at the end. */
    static boolean entries(KernelText text, JsonBytes into) {
        while (text.more()) {
            if (text.isDigit()) {
                device(text, into);
                text.blanks();
                int from = text.at();
                int length = text.isDigit() ? 0 : text.word();
                into.raw(text.bytes(), from, length);
                into.raw("\",\"value\":").number(text.number()).raw('}');
            }
            text.nextLine();
        }
        return true;
    }

    private static void device(KernelText text, JsonBytes into) {
        into.raw(into.length() == 0 ? "{\"major\":" : ",{\"major\":").number(text.number());
        text.skip(1);
        into.raw(",\"minor\":").number(text.number()).raw(",\"op\":\"");
    }

    /** Lines as {@code 8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0}; a device that did nothing has no counters. */
    static boolean entries2(KernelText text, JsonBytes into) {
        for (; text.more(); text.nextLine()) {
            int line = text.at();
            long read = counter(text, 'r');
            text.back(line);
            long written = counter(text, 'w');
            if (read < 0 && written < 0) {
                continue;
            }
            text.back(line);
            device(text, into);
            into.raw("read\",\"value\":").number(Math.max(0, read)).raw('}');
            text.back(line);
            device(text, into);
            into.raw("write\",\"value\":").number(Math.max(0, written)).raw('}');
        }
        return true;
    }

    private static final byte[] BYTES = JsonBytes.ascii("bytes=");

    /** The counter of a line whose name is this letter and {@code bytes}; -1 where the line has no such one. */
    private static long counter(KernelText text, char letter) {
        while (text.word() > 0) {
            text.blanks();
            if (text.peek() == letter) {
                text.skip(1);
                if (text.accept(BYTES)) {
                    return text.number();
                }
            }
        }
        return -1;
    }

    @Override
    public void write(JsonBytes json) {
        for (int i = 0; i < LISTS.length; i++) {
            json.raw(i == 0 ? "{\"" : ",\"").raw(LISTS[i]);
            // Null and empty as Docker has them: a list that the kernel's version does not know is null.
            if (lists[i].length() > 0) {
                json.raw("\":[").raw(lists[i].array(), lists[i].length()).raw(']');
            } else {
                json.raw(second ? "\":null" : "\":[]");
            }
        }
        json.raw('}');
    }

    /** As of one that does not run. */
    static void writeNone(JsonBytes json) {
        for (int i = 0; i < LISTS.length; i++) {
            json.raw(i == 0 ? "{\"" : ",\"").raw(LISTS[i]).raw("\":null");
        }
        json.raw('}');
    }

    @Override
    public void close() {
        folder.close();
    }
}
