package io.wharf.containers;

import io.wharf.base.WharfException;
import java.security.SecureRandom;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** Names that containers may have, and names for those that were given none: {@code quiet_beacon}. */
final class ContainerNames {
    private static final String CHARACTERS = "[a-zA-Z0-9][a-zA-Z0-9_.-]";
    private static final Pattern NAME = Pattern.compile("/?" + CHARACTERS + "+");
    private static final String[] LEFT =
            ("able amber ample apt arctic azure balmy bold brave breezy bright brisk bronze"
                            + " calm candid clear clever coastal cobalt cool copper coral crisp curious daring deep deft dewy"
                            + " distant eager early earnest easy even fair faithful fast fearless fine firm fleet fluent fond"
                            + " frank free fresh frosty gentle glad golden good grand green handy hardy hazy hearty hidden high"
                            + " honest humble icy idle ivory jade jolly just keen kind large late laden level light lively long"
                            + " loyal lucid lucky lunar mellow merry mild misty modest mossy native neat new nimble noble"
                            + " northern novel olive open orderly pale patient placid plain pleasant plucky polar polite prime"
                            + " proud pure quick quiet rapid rare ready red restful rich robust round royal ruddy rustic salty"
                            + " sandy sane scarlet serene sharp shiny silent silver simple sleek slow smooth snowy solar solid"
                            + " sound southern spare speedy spry stable steady steep still stout strong sturdy sunny sure swift"
                            + " tame tidal tidy tranquil true trusty upbeat valiant vast vivid warm wary western white wide wild"
                            + " windy wise witty young zesty")
                    .split(" ");
    private static final String[] RIGHT = ("albatross anchor anchorage atoll ballast barge barque barrel bay beach"
                    + " beacon berth bollard bosun bow brig bulkhead buoy cabin cable cannery canoe capstan captain"
                    + " cargo channel chart clipper coast cockle compass coracle cormorant cove crane crate creek"
                    + " current cutter davit deck delta depot dinghy dock dolphin dory drift eddy estuary fathom ferry"
                    + " fjord flotilla foam fog freighter frigate galleon galley gangway gannet grapnel gull gunwale"
                    + " halyard harbour hatch haven hawser headland heron herring hoist hold horizon hull inlet island"
                    + " jetty jib kayak keel kelp ketch lagoon lantern lanyard lighter lighthouse limpet lock locker"
                    + " longshore mackerel mainsail mariner marina mast mate mole mooring narwhal oar oarsman osprey"
                    + " otter outrigger packet paddle pelican petrel pier pilot plank plover pontoon port prow puffin"
                    + " quay raft reef rigging ripple rope rudder sail sailor salvage sandbar schooner scow sextant"
                    + " shallop shoal shore skiff skipper slipway sloop sounding spar spray squall starboard stern"
                    + " steward strait surf swell tackle tern tide tiller tonnage topsail tow trawler tug turbine turtle"
                    + " vessel voyage wake walrus warehouse wave whaler wharf winch windlass yacht yard yawl")
            .split(" ");
    private static final int TRIES = 20;
    private static final RandomGenerator RANDOM = new SecureRandom();

    private ContainerNames() {}

    /** The name without its slash; refused in Docker's words. */
    static String checked(String wanted) {
        if (!NAME.matcher(wanted).matches()) {
            throw WharfException.invalid(
                    "Invalid container name (" + wanted + "), only " + CHARACTERS + " are allowed");
        }
        return wanted.startsWith("/") ? wanted.substring(1) : wanted;
    }

    /** A name that nobody has; a digit at its end where many have been tried. */
    static String free(Predicate<String> taken) {
        for (int attempt = 0; ; attempt++) {
            String name = LEFT[RANDOM.nextInt(LEFT.length)] + "_" + RIGHT[RANDOM.nextInt(RIGHT.length)]
                    + (attempt < TRIES ? "" : Integer.toString(RANDOM.nextInt(10 * attempt)));
            if (!taken.test(name)) {
                return name;
            }
        }
    }
}
