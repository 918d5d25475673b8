package io.wharf.daemon;

import io.wharf.base.WharfException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;

/**
 * What an operator may say and this engine does not do: what promises safety is refused, for somebody would rely on it;
 * what speaks of parts that are not here is accepted, and the log says so.
 */
final class Refusals {
    private static final String NO_MEANING = " is read and has no meaning: ";

    private Refusals() {}

    /** Refuses what is asked for and not kept. */
    static void check(Settings settings) {
        for (Option option : Options.all()) {
            if (option.fate() == Option.Fate.REFUSED && isOn(option, settings)) {
                throw WharfException.invalid(option.name() + " is not supported: " + option.text());
            }
        }
    }

    /** Tells of what has no meaning. */
    static void tell(Settings settings, Logger log) {
        meaningless(settings).forEach(log::info);
    }

    static List<String> meaningless(Settings settings) {
        List<String> lines = new ArrayList<>();
        for (Option option : Options.all()) {
            if (option.fate() == Option.Fate.NO_MEANING && settings.has(option.key())) {
                lines.add(option.name() + NO_MEANING + option.text());
            }
        }
        if (settings.text("firewall-backend", "").equals("iptables")) {
            lines.add(
                    "--firewall-backend=iptables" + NO_MEANING + "the rules are set in nftables in any case, and there"
                            + " is no chain DOCKER-USER: rules of your own go into the chain \"user\" of the engine's table");
        }
        for (String feature : new EngineSettings(settings).features().keySet()) {
            if (!feature.equals(EngineSettings.CDI)) {
                lines.add("feature " + feature + NO_MEANING + "only " + EngineSettings.CDI + " is known");
            }
        }
        return lines;
    }

    /** Whether more is said than that it is off. */
    private static boolean isOn(Option option, Settings settings) {
        String key = option.key();
        return switch (option.kind()) {
            case TRUTH -> settings.truth(key, false);
            case TEXT, ADDRESS -> !settings.text(key, "").isEmpty();
            case NUMBER -> settings.number(key, 0) != 0;
            case LIST -> !settings.texts(key).isEmpty();
            case PAIRS -> !settings.pairs(key).isEmpty();
            case OBJECT ->
                !settings.object(key).isEmpty() || !settings.flagged(key).isEmpty();
            case OBJECTS ->
                !settings.objects(key).isEmpty() || !settings.flagged(key).isEmpty();
        };
    }
}
