package io.wharf.base;

/**
 * Something that the engine made in the kernel or on disk and has to take away again.
 *
 * @param kind which room knows how to take it away: mount, netns, veth, cgroup, bundle, monitor, layer, …
 * @param key unique within the kind: a path, a link name, an address
 * @param owner id of the container, network or image it was made for
 * @param detail what the room needs besides, in the room's own form; may be empty
 */
public record KernelObject(String kind, String key, String owner, String detail) {}
