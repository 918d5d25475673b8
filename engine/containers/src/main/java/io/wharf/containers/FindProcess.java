package io.wharf.containers;

import io.wharf.contracts.ContainerProcess;
import io.wharf.contracts.NetworkService.Sandbox;
import io.wharf.linux.ProcessIdentity;
import java.util.ArrayList;
import java.util.List;

/** Tells where containers' processes are, from committed state; reads nothing of the kernel. */
final class FindProcess {
    private FindProcess() {}

    static ContainerProcess of(Container container, Room room) {
        ProcessIdentity process = container.state().process();
        boolean running = container.status().hasProcess() && process != null;
        String mode = container.host().networkMode();
        Sandbox sandbox = container.sandbox();
        return new ContainerProcess(
                container.id(),
                container.name(),
                running,
                container.status() == Status.PAUSED,
                running && process != null ? process.pid() : 0,
                running && process != null ? process.startTicks() : 0,
                cgroup(container, room),
                mode == null || mode.isEmpty() ? "default" : mode,
                sandbox == null || sandbox.netnsPath().isEmpty() ? null : sandbox.netnsPath(),
                "linux");
    }

    static List<ContainerProcess> of(Room room, List<String> ids) {
        List<ContainerProcess> found = new ArrayList<>(ids.size());
        for (String id : ids) {
            Container container = room.containers().byId(id);
            if (container != null) {
                found.add(of(container, room));
            }
        }
        return found;
    }

    /** The absolute path of the cgroup with its processes and limits. */
    static String cgroup(Container container, Room room) {
        return room.host()
                .runtimes()
                .cgroup(
                        container.host().runtime(),
                        container.definition().cgroupPath(),
                        room.host().facts().unified());
    }
}
