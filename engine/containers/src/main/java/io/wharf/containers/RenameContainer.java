package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.WharfException;

/** Gives a container another name. */
final class RenameContainer {
    private final Room room;

    RenameContainer(Room room) {
        this.room = room;
    }

    Future<Void> run(Container container, String wanted) {
        if (wanted.isEmpty()) {
            throw WharfException.invalid("Neither old nor new names may be empty");
        }
        String name = checked(wanted);
        return room.lanes().run(container.id(), () -> {
            String before = container.name();
            // Only here: whoever renames it at the same time may have been quicker.
            if (name.equals(before)) {
                throw WharfException.invalid("Renaming a container with the same name as its current name");
            }
            reserve(name, container.id());
            return room.table()
                    .rename(container, name)
                    .onSuccess(done -> room.containers().release(before, container.id()))
                    .onFailure(failed -> room.containers().release(name, container.id()))
                    // The name is another one now, whatever comes of this.
                    .compose(
                            done -> room.networks().rename(container.id(), name).otherwiseEmpty());
        });
    }

    private static String checked(String wanted) {
        try {
            return ContainerNames.checked(wanted.startsWith("/") ? wanted : "/" + wanted);
        } catch (WharfException e) {
            throw notAllocated(e);
        }
    }

    private void reserve(String name, String id) {
        try {
            room.containers().reserve(name, id);
        } catch (WharfException e) {
            throw notAllocated(e);
        }
    }

    private static WharfException notAllocated(WharfException cause) {
        return new WharfException(cause.kind(), "Error when allocating new name: " + cause.getMessage());
    }
}
