package io.wharf.stats;

import java.util.Arrays;
import java.util.List;

/**
 * Chosen lines of a file of names and numbers, such as memory.stat. A kernel keeps the order of its lines, so what each
 * line was at the first reading is not searched for at the next ones.
 */
final class NamedNumbers {
    private static final int UNKNOWN = -1;
    private static final int NONE = -2;

    private final byte[][] names;
    private final long[] values;
    private int[] nameOfLine = new int[0];

    NamedNumbers(List<String> names) {
        this.names = names.stream().map(name -> JsonBytes.ascii(name + " ")).toArray(byte[][]::new);
        this.values = new long[names.size()];
    }

    /** In the order of the names; 0 for a line that is not there. */
    long value(int index) {
        return values[index];
    }

    void parse(KernelText text) {
        if (!lines(text)) {
            Arrays.fill(nameOfLine, UNKNOWN);
            text.rewind();
            lines(text);
        }
    }

    /** False where a line is not what it was. */
    private boolean lines(KernelText text) {
        Arrays.fill(values, 0);
        for (int line = 0; text.more(); line++) {
            if (line == nameOfLine.length) {
                nameOfLine = Arrays.copyOf(nameOfLine, line + 16);
                Arrays.fill(nameOfLine, line, nameOfLine.length, UNKNOWN);
            }
            int name = nameOfLine[line];
            if (name == UNKNOWN) {
                name = search(text);
                nameOfLine[line] = name;
            } else if (name != NONE && !text.accept(names[name])) {
                return false;
            }
            if (name != NONE) {
                values[name] = text.number();
            }
            text.nextLine();
        }
        return true;
    }

    private int search(KernelText text) {
        for (int i = 0; i < names.length; i++) {
            if (text.accept(names[i])) {
                return i;
            }
        }
        return NONE;
    }
}
