package io.wharf.networking;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.wharf.base.WharfException;

/** How a network is made. */
enum Driver {
    BRIDGE("bridge"),
    HOST("host"),
    NONE("null");

    private final String word;

    Driver(String word) {
        this.word = word;
    }

    @JsonCreator
    static Driver of(String word) {
        for (Driver driver : values()) {
            if (driver.word.equals(word)) {
                return driver;
            }
        }
        throw WharfException.notFound("could not find a network driver named " + word);
    }

    /** Docker's word. */
    @Override
    @JsonValue
    public String toString() {
        return word;
    }
}
