package io.wharf.linux;

/** How mounts made below a mount travel to its peers (mount_namespaces(7)). */
public enum Propagation {
    PRIVATE(1 << 18),
    SLAVE(1 << 19),
    SHARED(1 << 20),
    UNBINDABLE(1 << 17);

    final int flag;

    Propagation(int flag) {
        this.flag = flag;
    }
}
