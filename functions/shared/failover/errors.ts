/** The failures that the state machine tells apart, by their names. */

/** Another operation holds the lock, or has taken this one's place. Nothing was changed. */
export class OperationInProgress extends Error {
  override readonly name = "OperationInProgress";
}

/** This Region is the active one: there is nothing to take over. */
export class RegionAlreadyActive extends Error {
  override readonly name = "RegionAlreadyActive";
}

/** A role is not the one that the step goes out from, or somebody changed it meanwhile. Nothing was changed. */
export class RoleChanged extends Error {
  override readonly name = "RoleChanged";
}

/** The witness does not name this Region, or could not be read. Worth another try. */
export class WitnessLost extends Error {
  override readonly name = "WitnessLost";
}

/** The other Region did what it was asked to neither in time nor at all. Worth another try. */
export class PeerUnreachable extends Error {
  override readonly name = "PeerUnreachable";
}

/** RDS will not promote this Region's cluster as things are. */
export class PromotionRefused extends Error {
  override readonly name = "PromotionRefused";
}

/** Not everything took the state that the Region's role asks for. What was done stays; doing it again is harmless. */
export class CapacityUnsettled extends Error {
  override readonly name = "CapacityUnsettled";
}

/** The input is none that the function knows, or a dry run asked for a change. */
export class InvalidAction extends Error {
  override readonly name = "InvalidAction";
}
