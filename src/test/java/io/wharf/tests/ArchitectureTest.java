package io.wharf.tests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The walls of the house: who may know whom. */
class ArchitectureTest {
    private static final int LONGEST_FILE = 400;

    /** For each room, the rooms that it may know. Daemon knows all and is known by none. */
    private static final Map<String, List<String>> MAY_KNOW = Map.ofEntries(
            Map.entry("base", List.of()),
            Map.entry("openapi", List.of()),
            Map.entry("linux", List.of("base")),
            Map.entry("contracts", List.of("base")),
            Map.entry("streams", List.of("base", "linux", "contracts")),
            Map.entry("tar", List.of("base", "linux")),
            Map.entry("plugins", List.of("base", "linux")),
            Map.entry("images", List.of("base", "linux", "contracts", "streams", "tar")),
            Map.entry("oci", List.of("base", "linux", "contracts")),
            Map.entry("containers", List.of("base", "linux", "contracts", "streams", "oci")),
            Map.entry("logs", List.of("base", "linux", "contracts", "streams")),
            Map.entry("files", List.of("base", "linux", "contracts", "streams", "tar")),
            Map.entry("stats", List.of("base", "linux", "contracts", "streams")),
            Map.entry("metrics", List.of("base", "linux", "contracts")),
            Map.entry("health", List.of("base", "linux", "contracts", "streams")),
            Map.entry("leases", List.of("base", "contracts", "streams")),
            Map.entry("build", List.of("base", "linux", "contracts", "streams")),
            Map.entry("events", List.of("base", "linux", "contracts", "streams")),
            Map.entry("networking", List.of("base", "linux", "contracts", "streams", "plugins")),
            Map.entry("volumes", List.of("base", "linux", "contracts", "streams", "plugins", "tar")),
            Map.entry("access", List.of("base", "linux", "contracts", "plugins")),
            Map.entry("api", List.of("base", "contracts", "streams", "openapi")),
            Map.entry("cri", List.of("base", "contracts", "streams")));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.wharf");

    @TestFactory
    Stream<DynamicTest> room_knowsOnlyItsNeighbours() {
        return MAY_KNOW.entrySet().stream()
                .map(room -> DynamicTest.dynamicTest(room.getKey(), () -> {
                    String[] others = Stream.concat(MAY_KNOW.keySet().stream(), Stream.of("daemon"))
                            .filter(other -> !other.equals(room.getKey())
                                    && !room.getValue().contains(other))
                            .map(other -> "io.wharf." + other + "..")
                            .toArray(String[]::new);
                    noClasses()
                            .that()
                            .resideInAPackage("io.wharf." + room.getKey() + "..")
                            .should()
                            .dependOnClassesThat()
                            .resideInAnyPackage(others)
                            .check(CLASSES);
                }));
    }

    /** The rooms of a large module, too, know each other one way. */
    @Test
    void roomsOfImages_knowEachOtherOneWay() {
        slices().matching("io.wharf.images.(*)..").should().beFreeOfCycles().check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("io.wharf.images.*..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.wharf.images")
                .check(CLASSES);
        for (String low : List.of("spec", "catalog", "drivers", "layers")) {
            noClasses()
                    .that()
                    .resideInAPackage("io.wharf.images." + low)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "io.wharf.images.registry", "io.wharf.images.transfer", "io.wharf.images.archives")
                    .check(CLASSES);
        }
    }

    @Test
    void nativeAccess_isInLinuxOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.wharf.linux..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.lang.foreign..", "com.sun.jna..", "jnr..")
                .check(CLASSES);
    }

    @Test
    void unsafe_isUsedByNobody() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("sun.misc.Unsafe")
                .check(CLASSES);
    }

    @Test
    void processes_areStartedByLinuxOnly() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.lang\\.ProcessBuilder.*")
                .check(CLASSES);
    }

    @Test
    void everyRoom_isLookedAt() {
        List<String> rooms = CLASSES.stream()
                .map(type ->
                        type.getPackageName().replaceFirst("io\\.wharf\\.?", "").replaceAll("\\..*", ""))
                .distinct()
                .filter(room -> !room.equals("daemon") && !room.isEmpty() && !room.equals("tests"))
                .toList();
        assertThat(MAY_KNOW.keySet()).containsAll(rooms);
        assertThat(rooms).contains("base", "linux", "contracts", "api", "images", "containers", "networking");
    }

    @Test
    void files_areShortEnough() throws IOException {
        List<String> tooLong = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Here.ROOT)) {
            for (Path file : (Iterable<Path>) files.filter(
                    p -> p.toString().endsWith(".java") && !p.toString().contains("/target/"))::iterator) {
                try (Stream<String> lines = Files.lines(file)) {
                    long count = lines.count();
                    if (count > LONGEST_FILE) {
                        tooLong.add(Here.ROOT.relativize(file) + ": " + count);
                    }
                }
            }
        }
        assertThat(tooLong).as("files of more than " + LONGEST_FILE + " lines").isEmpty();
    }
}
