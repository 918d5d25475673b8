package io.wharf.daemon;

import io.wharf.base.WharfException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way in: reads flags and configuration, then runs the engine until it is told to stop. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        int status = run(arguments);
        if (status >= 0) {
            System.exit(status);
        }
    }

    /** Answers an exit status, or -1 once the engine runs and signals decide. */
    private static int run(String[] arguments) {
        if (arguments.length > 0 && arguments[0].equals(ImportDocker.NAME)) {
            WarmUp.fileModes();
            return ImportDocker.run(List.of(arguments).subList(1, arguments.length));
        }
        Flags parsed;
        try {
            parsed = Flags.parse(arguments);
        } catch (Flags.Refused e) {
            System.err.println(e.getMessage());
            System.err.println("See '" + Program.here().name() + " --help'.");
            return 125;
        }
        if (Boolean.TRUE.equals(parsed.truth("help"))) {
            System.out.print(Usage.text(Program.here().name(), Program.here().config()));
            return 0;
        }
        if (Boolean.TRUE.equals(parsed.truth("version"))) {
            System.out.println("Wharf version " + Version.TEXT + ", build " + Version.COMMIT);
            return 0;
        }
        return Boolean.TRUE.equals(parsed.truth("validate")) ? validate(parsed) : serve(parsed);
    }

    /** Reads all and begins nothing; what it says goes where dockerd says it. */
    private static int validate(Flags parsed) {
        try {
            Settings.merge(parsed).check();
            System.err.println("configuration OK");
            return 0;
        } catch (WharfException e) {
            System.err.println(e.getMessage());
            return 1;
        }
    }

    private static int serve(Flags parsed) {
        WarmUp warm = WarmUp.begin();
        Logging.begin();
        warm.logStands();
        try {
            Settings settings = Settings.merge(parsed);
            EngineSettings told = new EngineSettings(settings);
            Logging.set(told.logLevel(), told.logsJson());
            Told said = settings.check();
            Refusals.tell(settings, log());
            OomScore.set(told.oomScore());
            Engine engine = new Engine(
                    said, settings.pidFile(), settings.criSocket(), settings.metricsAddress(), Notify.ofEnvironment());
            Signals.install(engine::stopAndExit, () -> {
                engine.reopenSinks();
                Settings anew = Settings.merge(parsed);
                Told now = anew.check();
                anew.changedForLater(settings)
                        .forEach(
                                key -> log().warn("SIGHUP: {} is another now, and counts from the next start on", key));
                engine.reload(now);
            });
            warm.join();
            engine.start();
            return -1;
        } catch (WharfException e) {
            log().error("failed to start: {}", e.getMessage());
            if (e.getCause() != null) {
                log().debug("cause", e.getCause());
            }
            return 1;
        }
    }

    /** Not a constant: the log's level must be set before its first use. */
    private static Logger log() {
        return LoggerFactory.getLogger(Main.class);
    }
}
