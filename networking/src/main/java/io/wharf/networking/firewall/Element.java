package io.wharf.networking.firewall;

/**
 * One element of a set or map of the engine's table.
 *
 * @param value what it maps to; empty in a set
 */
record Element(String set, String key, String value) {
    String text() {
        return value.isEmpty() ? key : key + " : " + value;
    }
}
