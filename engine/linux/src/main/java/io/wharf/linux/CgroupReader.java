package io.wharf.linux;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads the usage of a cgroup from the files of either version. */
final class CgroupReader {
    private static final long MICRO = 1000;
    /** USER_HZ is 100 on every architecture served. */
    private static final long NANOS_PER_TICK = 10_000_000;
    /** v1 writes "no limit" as the largest multiple of a page. */
    private static final long V1_UNLIMITED = Long.MAX_VALUE - 0xffff;

    private final CgroupHierarchies hierarchies;
    private final String path;

    CgroupReader(CgroupHierarchies hierarchies, String path) {
        this.hierarchies = hierarchies;
        this.path = path;
    }

    Optional<String> read(String controller, String file) {
        return hierarchies.of(controller).flatMap(tree -> SmallFiles.readIfPresent(tree.folder(path) + "/" + file));
    }

    private boolean unified(String controller) {
        return hierarchies
                .of(controller)
                .map(CgroupHierarchies.Hierarchy::unified)
                .orElse(false);
    }

    CgroupUsage usage() {
        var memory = unified("memory") ? memory2() : memory1();
        var cpu = unified("cpu") || !hierarchies.has("cpuacct") ? cpu2() : cpu1();
        return new CgroupUsage(
                cpu.total,
                cpu.user,
                cpu.system,
                cpu.perProcessor,
                cpu.stat.getOrDefault("nr_periods", 0L),
                cpu.stat.getOrDefault("nr_throttled", 0L),
                cpu.stat.containsKey("throttled_usec")
                        ? cpu.stat.get("throttled_usec") * MICRO
                        : cpu.stat.getOrDefault("throttled_time", 0L),
                memory.usage,
                memory.peak,
                memory.limit,
                memory.failures,
                memory.details,
                number("pids", "pids.current"),
                number("pids", "pids.max"),
                unified("io") ? io2() : io1());
    }

    private record Cpu(long total, long user, long system, List<Long> perProcessor, Map<String, Long> stat) {}

    private Cpu cpu1() {
        var stat = table("cpuacct", "cpuacct.stat");
        var each = new ArrayList<Long>();
        for (var word :
                read("cpuacct", "cpuacct.usage_percpu").orElse("").strip().split(" +")) {
            if (!word.isEmpty()) {
                each.add(Long.parseLong(word));
            }
        }
        return new Cpu(
                number("cpuacct", "cpuacct.usage"),
                stat.getOrDefault("user", 0L) * NANOS_PER_TICK,
                stat.getOrDefault("system", 0L) * NANOS_PER_TICK,
                each,
                table("cpu", "cpu.stat"));
    }

    private Cpu cpu2() {
        var stat = table("cpu", "cpu.stat");
        return new Cpu(
                stat.getOrDefault("usage_usec", 0L) * MICRO,
                stat.getOrDefault("user_usec", 0L) * MICRO,
                stat.getOrDefault("system_usec", 0L) * MICRO,
                List.of(),
                stat);
    }

    private record Memory(long usage, long peak, long limit, long failures, Map<String, Long> details) {}

    private Memory memory1() {
        var limit = number("memory", "memory.limit_in_bytes");
        return new Memory(
                number("memory", "memory.usage_in_bytes"),
                number("memory", "memory.max_usage_in_bytes"),
                limit >= V1_UNLIMITED ? -1 : limit,
                number("memory", "memory.failcnt"),
                table("memory", "memory.stat"));
    }

    private Memory memory2() {
        return new Memory(
                number("memory", "memory.current"),
                number("memory", "memory.peak"),
                number("memory", "memory.max"),
                table("memory", "memory.events").getOrDefault("max", 0L),
                table("memory", "memory.stat"));
    }

    /** Lines as {@code 8:0 Read 4096}, with a total at the end. */
    private List<CgroupUsage.BlockIo> io1() {
        var bytes = io1("blkio.throttle.io_service_bytes");
        var counts = io1("blkio.throttle.io_serviced");
        var list = new ArrayList<CgroupUsage.BlockIo>();
        bytes.forEach((key, value) -> list.add(io(key, value, counts.getOrDefault(key, 0L))));
        return list;
    }

    private Map<String, Long> io1(String file) {
        var values = new LinkedHashMap<String, Long>();
        for (var line : read("blkio", file + "_recursive")
                .or(() -> read("blkio", file))
                .orElse("")
                .split("\n")) {
            var words = line.split(" ");
            if (words.length == 3 && (words[1].equals("Read") || words[1].equals("Write"))) {
                values.put(words[0] + " " + words[1].toLowerCase(Locale.ROOT), Long.parseLong(words[2]));
            }
        }
        return values;
    }

    private static CgroupUsage.BlockIo io(String key, long bytes, long operations) {
        var words = key.split("[: ]");
        return new CgroupUsage.BlockIo(Long.parseLong(words[0]), Long.parseLong(words[1]), words[2], bytes, operations);
    }

    /** Lines as {@code 8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0}. */
    private List<CgroupUsage.BlockIo> io2() {
        var list = new ArrayList<CgroupUsage.BlockIo>();
        for (var line : read("io", "io.stat").orElse("").split("\n")) {
            var words = line.split(" ");
            var values = new HashMap<String, Long>();
            for (var word : words) {
                var equals = word.indexOf('=');
                if (equals > 0) {
                    values.put(word.substring(0, equals), Long.parseLong(word.substring(equals + 1)));
                }
            }
            if (!values.isEmpty()) {
                list.add(io(words[0] + " read", values.getOrDefault("rbytes", 0L), values.getOrDefault("rios", 0L)));
                list.add(io(words[0] + " write", values.getOrDefault("wbytes", 0L), values.getOrDefault("wios", 0L)));
            }
        }
        return list;
    }

    /** A file of one number; 0 where it is missing, -1 for {@code max}. */
    private long number(String controller, String file) {
        var text = read(controller, file).orElse("0").strip();
        return text.equals("max") ? -1 : Long.parseUnsignedLong(text);
    }

    /** A file of lines of a name and a number. */
    Map<String, Long> table(String controller, String file) {
        var values = new LinkedHashMap<String, Long>();
        for (var line : read(controller, file).orElse("").split("\n")) {
            var space = line.indexOf(' ');
            if (space > 0) {
                values.put(
                        line.substring(0, space),
                        Long.parseUnsignedLong(line.substring(space + 1).strip()));
            }
        }
        return values;
    }
}
