package io.wharf.images;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;

/** Layers that mean harm: those that are refused, and those that are let in and stay inside. */
final class HostileLayers {
    private HostileLayers() {}

    /** A layer, and words of its refusal or the path that it makes. */
    record Case(String name, byte[] layer, String words) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> refused() {
        String up = "../".repeat(20) + "tmp/wharf-escaped";
        byte[] negative = new byte[12];
        Arrays.fill(negative, (byte) 0xff);
        byte[] huge = new byte[12];
        huge[0] = (byte) 0x80;
        huge[1] = 1;
        byte[] sparse = new byte[512];
        RawTar.put(sparse, 0, "holes");
        RawTar.put(sparse, 124, "00000000000");
        sparse[156] = 'S';
        RawTar.put(sparse, 257, "ustar  ");
        RawTar.put(sparse, 386, "00000000000");
        RawTar.put(sparse, 398, "00000000000");
        sparse[482] = 1;
        sparse[483] = '1';
        RawTar pieces = new RawTar().sealed(sparse);
        byte[] more = new byte[512];
        for (int i = 0; i < 21; i++) {
            RawTar.put(more, i * 24, "00000000000");
            RawTar.put(more, i * 24 + 12, "00000000000");
        }
        more[504] = 1;
        for (int i = 0; i < 7_000; i++) {
            pieces.raw(more);
        }
        RawTar endless = new RawTar();
        for (int i = 0; i < 500; i++) {
            endless.entry("././@LongLink", 'L', "", 5)
                    .raw("name".getBytes(StandardCharsets.US_ASCII))
                    .pad();
        }
        return Stream.of(
                new Case("climbs out", new RawTar().file(up, "x").bytes(), "outside of the root"),
                new Case(
                        "climbs out in a pax name",
                        new RawTar().pax("path", up).file("a", "x").bytes(),
                        "outside"),
                new Case(
                        "hard link that climbs out",
                        new RawTar().link("a", '1', up).bytes(),
                        "outside of the root"),
                new Case(
                        "hard link to nothing",
                        new RawTar().link("a", '1', "etc/passwd").bytes(),
                        "failed to extract"),
                new Case(
                        "zero in a name",
                        new RawTar().pax("path", "a\0b").file("a", "x").bytes(),
                        "invalid tar header"),
                new Case(
                        "zero in a link",
                        new RawTar().pax("linkpath", "a\0b").link("a", '2', "x").bytes(),
                        "invalid tar header"),
                new Case(
                        "long part of a name",
                        new RawTar().pax("path", "n".repeat(300)).file("a", "").bytes(),
                        "too long"),
                new Case(
                        "long name",
                        new RawTar()
                                .pax("path", "n/".repeat(3_000) + "n")
                                .file("a", "")
                                .bytes(),
                        "longer than 4095"),
                new Case(
                        "a megabyte of link",
                        new RawTar()
                                .pax("linkpath", "n".repeat(900_000))
                                .link("a", '2', "")
                                .bytes(),
                        "longer than 4095"),
                new Case(
                        "negative size",
                        new RawTar().entry("a", '0', "", negative).bytes(),
                        "invalid tar header"),
                new Case(
                        "size beyond 64 bits",
                        new RawTar().entry("a", '0', "", huge).bytes(),
                        "invalid tar header"),
                new Case(
                        "negative size in pax",
                        new RawTar().pax("size", "-5").file("a", "").bytes(),
                        "invalid tar header"),
                new Case(
                        "size of the whole disk",
                        new RawTar().pax("size", "1000000000000").file("a", "").bytes(),
                        "unpacked-size"),
                new Case(
                        "pax header of 1 GB",
                        new RawTar()
                                .entry("pax", 'x', "", 1 << 30)
                                .raw(new byte[4096])
                                .bytes(),
                        "invalid tar header"),
                new Case(
                        "long name of 1 GB",
                        new RawTar()
                                .entry("././@LongLink", 'L', "", 1 << 30)
                                .raw(new byte[4096])
                                .bytes(),
                        "invalid tar header"),
                new Case("long names without end", endless.bytes(), "invalid tar header"),
                new Case("sparse map of 147,000 pieces", pieces.bytes(), "invalid tar header"),
                new Case(
                        "sparse map in pax without end",
                        new RawTar()
                                .pax("GNU.sparse.map", "0,0,".repeat(200_000) + "0,0")
                                .file("a", "")
                                .bytes(),
                        "invalid tar header"),
                new Case(
                        "sparse file of negative size",
                        new RawTar()
                                .pax("GNU.sparse.map", "0,0")
                                .pax("GNU.sparse.size", "-1")
                                .file("a", "")
                                .bytes(),
                        "invalid tar header"),
                new Case(
                        "attributes of a megabyte",
                        new RawTar()
                                .pax("SCHILY.xattr.user.a", "v".repeat(900_000))
                                .file("a", "")
                                .bytes(),
                        "xattr-size"),
                new Case("unknown kind", new RawTar().entry("a", 'Z', "", 0).bytes(), "unhandled tar header type"),
                new Case("cut off", Arrays.copyOf(new RawTar().file("a", "xyz").bytes(), 514), "unexpected EOF"),
                new Case("no tar at all", "x".repeat(5_000).getBytes(StandardCharsets.US_ASCII), "invalid tar header"),
                new Case("whiteout of nothing", new RawTar().file(".wh.", "").bytes(), "invalid whiteout"),
                new Case(
                        "whiteout that climbs",
                        new RawTar().file("a/.wh...", "").bytes(),
                        "invalid whiteout"),
                new Case(
                        "links in a circle",
                        new RawTar()
                                .link("a", '2', "b")
                                .link("b", '2', "a")
                                .file("a/c", "x")
                                .bytes(),
                        "failed to extract"),
                new Case(
                        "packed bytes that are none",
                        new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6},
                        ""));
    }

    /** What is let in, and stays inside. */
    static Stream<Case> harmless() {
        return Stream.of(
                new Case(
                        "absolute name",
                        new RawTar().file("/tmp/wharf-escaped", "x").bytes(),
                        "tmp/wharf-escaped"),
                new Case(
                        "through a link out",
                        new RawTar()
                                .folder("tmp")
                                .link("a", '2', "/tmp")
                                .file("a/wharf-escaped", "x")
                                .bytes(),
                        "tmp/wharf-escaped"),
                new Case(
                        "through a link up",
                        new RawTar()
                                .folder("tmp")
                                .folder("d")
                                .link("d/a", '2', "../../../tmp")
                                .file("d/a/wharf-escaped", "x")
                                .bytes(),
                        "tmp/wharf-escaped"),
                new Case(
                        "hard link through a link out",
                        new RawTar()
                                .file("etc/hostname", "x")
                                .link("a", '2', "/etc")
                                .link("h", '1', "a/hostname")
                                .bytes(),
                        "h"),
                new Case("newline in a name", new RawTar().file("a\nb", "x").bytes(), "a\nb"),
                new Case("device", new RawTar().link("null", '3', "").bytes(), "null"),
                new Case(
                        "overlay's own attribute",
                        new RawTar()
                                .pax("SCHILY.xattr.trusted.overlay.redirect", "/etc")
                                .folder("d")
                                .bytes(),
                        "d"));
    }
}
