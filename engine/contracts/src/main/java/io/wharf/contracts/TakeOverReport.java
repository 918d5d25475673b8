package io.wharf.contracts;

/** Is told what came over from another engine, thing by thing, such as {@code image busybox:latest}. */
public interface TakeOverReport {
    /** It is here now. */
    void took(String what);

    /** It was here already. */
    void had(String what);

    /** It stays where it is. */
    void left(String what, String why);
}
