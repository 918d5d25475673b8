package io.wharf.daemon;

import io.wharf.base.Layout;
import io.wharf.base.Store;
import io.wharf.base.WharfException;
import io.wharf.contracts.TakeOverReport;
import io.wharf.images.takeover.TakeDockerImages;
import io.wharf.linux.Fd;
import io.wharf.linux.Mounts;
import io.wharf.linux.Storage;
import io.wharf.volumes.TakeDockerVolumes;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * {@code wharfd import-docker}: takes images and volumes of a stopped Docker into a data root that no engine uses. It can be
 * said again after an interruption; nothing in Docker's root is changed.
 */
final class ImportDocker {
    static final String NAME = "import-docker";
    private static final String DOCKER = "/var/lib/docker";
    private static final String WHARF = "/var/lib/wharf";
    /** Deep trees are walked by recursion. */
    private static final long STACK_BYTES = 64 << 20;

    private final PrintStream out;
    private int took;
    private int had;
    private int left;

    private ImportDocker(PrintStream out) {
        this.out = out;
    }

    private static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("wharfd " + NAME);
        spec.usageMessage()
                .description("Takes images and volumes of a stopped Docker (storage driver overlay2) into Wharf's data"
                        + " root. Neither engine may run meanwhile. Containers and networks are not taken.");
        spec.addOption(OptionSpec.builder("-h", "--help")
                .description("Print usage")
                .usageHelp(true)
                .build());
        spec.addOption(text("Docker's data root (default " + DOCKER + ")", "--from"));
        spec.addOption(text("Wharf's data root (default " + WHARF + ")", "--data-root"));
        spec.addOption(flag("Copy files of images (default)", "--copy"));
        spec.addOption(flag("Make further links to files of images: no space, no time, one file system", "--link"));
        spec.addOption(flag("Leave volumes where they are", "--no-volumes"));
        return spec;
    }

    private static OptionSpec text(String description, String name) {
        return OptionSpec.builder(name)
                .description(description)
                .paramLabel("<path>")
                .arity("1")
                .type(String.class)
                .build();
    }

    private static OptionSpec flag(String description, String name) {
        return OptionSpec.builder(name)
                .description(description)
                .arity("0")
                .type(boolean.class)
                .build();
    }

    /** Answers the exit status: 0 where all came over, 2 where something was left. */
    static int run(List<String> arguments) {
        CommandLine line = new CommandLine(spec());
        ParseResult parsed;
        try {
            parsed = line.parseArgs(arguments.toArray(String[]::new));
        } catch (ParameterException e) {
            System.err.println(e.getMessage());
            System.err.println("See 'wharfd " + NAME + " --help'.");
            return 125;
        }
        if (parsed.isUsageHelpRequested()) {
            line.usage(System.out);
            return 0;
        }
        if (parsed.hasMatchedOption("--copy") && parsed.hasMatchedOption("--link")) {
            System.err.println("--copy and --link exclude each other");
            return 125;
        }
        ImportDocker command = new ImportDocker(System.out);
        int[] status = {1};
        Thread thread = new Thread(null, () -> status[0] = command.guarded(parsed), NAME, STACK_BYTES);
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return status[0];
    }

    private int guarded(ParseResult parsed) {
        try {
            Path docker = Path.of(parsed.matchedOptionValue("--from", DOCKER)).toRealPath();
            Path data = Path.of(parsed.matchedOptionValue("--data-root", WHARF));
            run(docker, data, parsed.hasMatchedOption("--link"), !parsed.hasMatchedOption("--no-volumes"));
            return left == 0 ? 0 : 2;
        } catch (WharfException | IOException e) {
            System.err.println(NAME + ": " + e.getMessage());
            return 1;
        }
    }

    // The lock is held, not used.
    @SuppressWarnings("try")
    private void run(Path docker, Path data, boolean link, boolean volumes) throws IOException {
        refuseRunning(docker);
        Layout layout = new Layout(data, data.resolve("ingest"));
        if (layout.dataRoot().startsWith(docker) || docker.startsWith(layout.dataRoot())) {
            throw WharfException.invalid("one data root lies in the other: " + docker + ", " + layout.dataRoot());
        }
        try (RootLock lock = RootLock.take(layout.dataRoot())) {
            if (link && !Files.getFileStore(docker).equals(Files.getFileStore(layout.dataRoot()))) {
                throw WharfException.invalid(
                        docker + " and " + layout.dataRoot() + " are not on one file system: use --copy");
            }
            try (Store store = Store.open(layout.database(), Store.Durability.FULL, Engine.schemas())) {
                TakeOverReport report = report();
                new TakeDockerImages(docker, layout, store, link, report).run();
                if (volumes) {
                    new TakeDockerVolumes(docker, layout, store, report).run();
                }
                tellOfContainers(docker.resolve("containers"));
            }
            out.println(took + " taken over, " + had + " here before, " + left + " left with " + docker);
        }
    }

    private TakeOverReport report() {
        return new TakeOverReport() {
            @Override
            public void took(String what) {
                took++;
                out.println("took  " + what);
            }

            @Override
            public void had(String what) {
                had++;
                out.println("had   " + what);
            }

            @Override
            public void left(String what, String why) {
                left++;
                out.println("left  " + what + ": " + why);
            }
        };
    }

    private void tellOfContainers(Path containers) throws IOException {
        if (!Files.isDirectory(containers)) {
            return;
        }
        int count = 0;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(containers)) {
            for (Path one : all) {
                count += Files.isDirectory(one) ? 1 : 0;
            }
        }
        if (count > 0) {
            out.println("note  " + count + " containers are not taken over: commit what they hold, or make them anew");
        }
    }

    /** A daemon holds its database of volumes locked; containers that outlive it have roots mounted. */
    private static void refuseRunning(Path docker) throws IOException {
        Path database = docker.resolve("volumes/metadata.db");
        if (Files.exists(database)) {
            Optional<Fd> lock = Storage.lock(database.toString());
            if (lock.isEmpty()) {
                throw WharfException.conflict("a dockerd runs on " + docker + ": stop it first");
            }
            lock.get().close();
        }
        long mounted = Mounts.real().table().atOrBelow(docker.toString()).stream()
                .filter(mount -> mount.mountPoint().startsWith(docker + "/overlay2/"))
                .count();
        if (mounted > 0) {
            throw WharfException.conflict("containers of " + docker + " still run: " + mounted
                    + " of its roots are mounted. Stop them first");
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (isDocker(process) && uses(process.resolve("fd"), docker)) {
                    throw WharfException.conflict(
                            "a dockerd runs on " + docker + " (process " + process.getFileName() + "): stop it first");
                }
            }
        }
    }

    private static boolean isDocker(Path process) {
        try {
            return Files.readString(process.resolve("comm")).strip().equals("dockerd");
        } catch (IOException ended) {
            return false;
        }
    }

    private static boolean uses(Path descriptors, Path docker) {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(descriptors)) {
            for (Path one : all) {
                if (Files.isSymbolicLink(one) && Files.readSymbolicLink(one).startsWith(docker)) {
                    return true;
                }
            }
            return false;
        } catch (IOException ended) {
            return false;
        }
    }
}
