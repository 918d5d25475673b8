package io.wharf.daemon;

import java.util.List;

/**
 * One thing that an operator may say, by a flag, by a key of daemon.json, or by either.
 *
 * @param names of the flag, with their dashes: short ones, the long one, old ones; empty where only the file may say it
 * @param key in daemon.json, by which the engine asks for the value too
 * @param inFile whether the file may say it
 * @param kind of value
 * @param fate what comes of it
 * @param reloaded whether SIGHUP has it read anew
 * @param text what it does, with its default; of one that is refused or has no meaning, why
 */
record Option(List<String> names, String key, boolean inFile, Kind kind, Fate fate, boolean reloaded, String text) {
    /** How values are written. */
    enum Kind {
        /** A switch; true or false in the file. */
        TRUTH(""),
        /** A string. */
        TEXT(" string"),
        /** A whole number. */
        NUMBER(" int"),
        /** An address of IPv4 or IPv6; a string in the file. */
        ADDRESS(" ip"),
        /** A flag that may be repeated; a list of strings in the file. */
        LIST(" list"),
        /** A flag {@code name=value} that may be repeated; an object of strings in the file. */
        PAIRS(" map"),
        /** A flag that may be repeated, whose values one part of the engine reads; an object in the file. */
        OBJECT(" list"),
        /** The same with a list of objects in the file. */
        OBJECTS(" list");

        private final String shown;

        Kind(String shown) {
            this.shown = shown;
        }

        /** As the usage shows it behind the flag's name. */
        String shown() {
            return shown;
        }

        boolean repeats() {
            return switch (this) {
                case TRUTH, TEXT, NUMBER, ADDRESS -> false;
                case LIST, PAIRS, OBJECT, OBJECTS -> true;
            };
        }
    }

    /** What comes of a value. */
    enum Fate {
        /** It has its effect. */
        WORKS,
        /** It speaks of what is not here: accepted with a line in the log. */
        NO_MEANING,
        /** It promises what this engine does not keep: there is no start with it, unless it is off or empty. */
        REFUSED
    }

    /** One that works, with the long name of the flag as the key. */
    static Option flag(Kind kind, String names, String text) {
        List<String> all = List.of(names.split(", "));
        return new Option(all, longName(all).substring(2), true, kind, Fate.WORKS, false, text);
    }

    /** One whose key is another than the flag's name, mostly for its plural. */
    static Option flag(Kind kind, String names, String key, String text) {
        return new Option(List.of(names.split(", ")), key, true, kind, Fate.WORKS, false, text);
    }

    /** One that only daemon.json can say. */
    static Option key(Kind kind, String key, String text) {
        return new Option(List.of(), key, true, kind, Fate.WORKS, false, text);
    }

    /** SIGHUP has it read anew. */
    Option reload() {
        return new Option(names, key, inFile, kind, fate, true, text);
    }

    /** The file cannot say it. */
    Option flagOnly() {
        return new Option(names, key, false, kind, fate, reloaded, text);
    }

    Option meaningless() {
        return new Option(names, key, inFile, kind, Fate.NO_MEANING, reloaded, text);
    }

    Option refused() {
        return new Option(names, key, inFile, kind, Fate.REFUSED, reloaded, text);
    }

    /** The flag's long name with its dashes, or the key where there is no flag. */
    String name() {
        return names.isEmpty() ? key : longName(names);
    }

    /** As pflag shows the flag in an error. */
    String shown() {
        return "\"" + String.join(", ", names) + "\" flag";
    }

    private static String longName(List<String> names) {
        for (String name : names) {
            if (name.startsWith("--")) {
                return name;
            }
        }
        throw new IllegalArgumentException("no long name: " + names);
    }
}
