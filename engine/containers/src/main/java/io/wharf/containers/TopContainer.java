package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerService.Top;
import io.wharf.linux.Commands;
import io.wharf.linux.Executables;
import io.wharf.oci.OciRuntime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Shows a container's processes as the host's ps(1) sees them: its lines whose pid is in the container's cgroup. */
final class TopContainer {
    private final Room room;

    TopContainer(Room room) {
        this.room = room;
    }

    Future<Top> run(Container container, String arguments) {
        switch (container.status()) {
            case RUNNING, PAUSED -> {
                String cgroup = container.definition().cgroupPath();
                return room.pools().call(() -> top(pids(container, cgroup), arguments));
            }
            case RESTARTING ->
                throw WharfException.conflict(
                        "Container " + container.id() + " is restarting, wait until the container is running");
            case CREATED, EXITED, REMOVING, DEAD ->
                throw WharfException.conflict("container " + container.id() + " is not running");
        }
        throw new IllegalStateException("every status is decided above");
    }

    private Set<Integer> pids(Container container, String cgroup) {
        if (cgroup.startsWith("/")) {
            return new HashSet<>(room.cgroups().pids(cgroup));
        }
        OciRuntime runtime = room.host().runtimes().named(container.host().runtime());
        Set<Integer> pids = new HashSet<>();
        Commands.Result said = Commands.run(
                runtime.program().toString(), runtime.pids(container.id()).toArray(String[]::new));
        for (String word : said.output().replaceAll("[^0-9]+", " ").strip().split(" ")) {
            if (!word.isEmpty()) {
                pids.add(Integer.valueOf(word));
            }
        }
        return pids;
    }

    private static Top top(Set<Integer> pids, String arguments) {
        String program = Executables.find("ps")
                .orElseThrow(() -> WharfException.internal("ps is not installed on the host: package procps"));
        String wanted = arguments.isBlank() ? "-ef" : arguments.strip();
        Commands.Result said = Commands.run(program, wanted.split(" +"));
        if (!said.success()) {
            throw WharfException.internal("ps: " + said.reason());
        }
        return parse(said.output(), pids);
    }

    /** Keeps the lines of these pids; the last column takes the rest of its line. */
    static Top parse(String output, Set<Integer> pids) {
        List<String> lines = output.lines().toList();
        List<String> titles =
                lines.isEmpty() ? List.of() : List.of(lines.getFirst().strip().split(" +"));
        int column = titles.indexOf("PID");
        if (column < 0) {
            throw WharfException.internal("Couldn't find PID field in ps output");
        }
        List<List<String>> rows = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.strip().split(" +", titles.size());
            if (fields.length > column
                    && fields[column].matches("[0-9]+")
                    && pids.contains(Integer.valueOf(fields[column]))) {
                rows.add(Arrays.asList(fields));
            }
        }
        return new Top(titles, rows);
    }
}
