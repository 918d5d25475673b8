package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerService.Top;
import io.wharf.linux.Commands;
import io.wharf.linux.Executables;
import io.wharf.linux.Spawn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Shows a container's processes as the host's ps(1) sees them: its lines whose pid is in the container's cgroup. The
 * arguments are ps's own; its complaints, and what of them cannot be told apart here, are answered in Docker's words.
 */
final class TopContainer {
    private static final String DEFAULT_ARGUMENTS = "-ef";
    private static final Duration PS_TIME = Duration.ofSeconds(30);
    /** Where ps cannot be asked for these processes alone, it lists the host's. */
    private static final int MOST_OUTPUT = 8 << 20;
    /** Another column under the name PID would be taken for the pids. */
    private static final Pattern RENAMED = Pattern.compile("\\s+([^\\s]*)=\\s*(PID[^\\s]*)");

    private static final String BLANKS = " \t\n\f\r";

    private final Room room;

    TopContainer(Room room) {
        this.room = room;
    }

    /** Refuses arguments that would make the answer wrong; Docker does so before it looks for the container. */
    static String checked(String arguments) {
        String wanted = arguments.isEmpty() ? DEFAULT_ARGUMENTS : arguments;
        Matcher renamed = RENAMED.matcher(wanted);
        while (renamed.find()) {
            if (!renamed.group(1).equals("pid")) {
                throw WharfException.internal(
                        "specifying \"" + renamed.group(1) + "=" + renamed.group(2) + "\" is not allowed");
            }
        }
        return wanted;
    }

    Future<Top> run(Container container, String arguments) {
        switch (container.status()) {
            case RUNNING, PAUSED -> {
                String cgroup = FindProcess.cgroup(container, room);
                return room.pools()
                        .call(() -> top(new HashSet<>(room.cgroups().pids(cgroup)), arguments))
                        .compose(top -> room.table()
                                .announce(container, "top", Map.of())
                                .map(top));
            }
            case RESTARTING ->
                throw WharfException.conflict(
                        "Container " + container.id() + " is restarting, wait until the container is running");
            case CREATED, EXITED, REMOVING, DEAD ->
                throw WharfException.conflict("container " + container.id() + " is not running");
        }
        throw new IllegalStateException("every status is decided above");
    }

    private static Top top(Set<Integer> pids, String arguments) {
        String program = Executables.find("ps")
                .orElseThrow(() -> WharfException.internal("ps is not installed on the host: package procps"));
        // One argument for each blank, empty ones too, as Docker passes them.
        List<String> wanted = new ArrayList<>(Arrays.asList(arguments.split(" ", -1)));
        wanted.add("-q" + pids.stream().map(String::valueOf).collect(Collectors.joining(",")));
        Commands.Result said = ps(program, wanted);
        if (!said.success()) {
            // Some options, f for one, do not go together with a choice of pids.
            wanted.removeLast();
            said = ps(program, wanted);
        }
        if (!said.success()) {
            String complaint = said.errors().lines().findFirst().orElse("");
            throw WharfException.invalid("ps: " + (complaint.isEmpty() ? said.status() : complaint));
        }
        return parse(said.output(), pids);
    }

    private static Commands.Result ps(String program, List<String> arguments) {
        return Commands.run(
                Spawn.of(program, arguments.toArray(String[]::new)).environment(Map.of()),
                new byte[0],
                PS_TIME,
                MOST_OUTPUT);
    }

    /** Keeps the lines of these pids, and those of their threads, which have none; the last column takes the rest. */
    static Top parse(String output, Set<Integer> pids) {
        List<String> lines = output.lines().toList();
        List<String> titles = lines.isEmpty() ? List.of() : words(lines.getFirst());
        int column = titles.indexOf("PID");
        if (column < 0) {
            throw WharfException.internal("Couldn't find PID field in ps output");
        }
        List<List<String>> rows = new ArrayList<>();
        boolean kept = false;
        for (String line : lines.subList(1, lines.size())) {
            List<String> words = words(line);
            if (words.size() <= column) {
                continue;
            }
            String pid = words.get(column);
            kept = pid.equals("-") ? kept : pids.contains(number(pid));
            if (kept) {
                rows.add(row(words, titles.size()));
            }
        }
        return new Top(titles, rows);
    }

    private static int number(String pid) {
        try {
            return Integer.parseInt(pid);
        } catch (NumberFormatException e) {
            throw WharfException.internal(
                    "Unexpected pid '" + pid + "': strconv.Atoi: parsing \"" + pid + "\": invalid syntax");
        }
    }

    /** Words of ASCII blanks only: a command may hold others. */
    private static List<String> words(String line) {
        StringTokenizer tokens = new StringTokenizer(line, BLANKS);
        List<String> words = new ArrayList<>(tokens.countTokens());
        while (tokens.hasMoreTokens()) {
            words.add(tokens.nextToken());
        }
        return words;
    }

    private static List<String> row(List<String> words, int columns) {
        if (words.size() <= columns) {
            return List.copyOf(words);
        }
        List<String> row = new ArrayList<>(words.subList(0, columns - 1));
        row.add(String.join(" ", words.subList(columns - 1, words.size())));
        return row;
    }
}
