/**
 * Images and the roots of containers. Here are the verticle and the verbs that are a few lines; the rest has rooms of its
 * own: {@code spec} (documents), {@code catalog} (what there is), {@code layers} and {@code drivers} (on disk),
 * {@code registry} and {@code transfer} (pull and push), {@code archives}, {@code space}, {@code takeover}.
 *
 * <p>It owns the tables of images and layers, the folders {@code blobs}, {@code ingest}, {@code layers} and {@code rw} of the
 * data root, and the mounts below {@code rootfs} of the exec root. It announces Docker's image events. It never asks another
 * concern; who runs a container tells it which layers are in use.
 */
@NullMarked
package io.wharf.images;

import org.jspecify.annotations.NullMarked;
