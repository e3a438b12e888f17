import { peerOf, type PeerView, type Place } from "../domain/failover";
import type { PeerStatus, StatusAnswer } from "../shared/regions/peerStatus";
import type { SyntheticRead } from "./syntheticRead";

/** The ways on which the peer is looked at. */
export interface PeerSights {
  /** The Region that looks. */
  readonly place: Place;
  /** By the peer's own name. */
  readonly direct: PeerStatus;
  /** By the public name, which may lead there when the direct way does not. */
  readonly publicName: PeerStatus;
  /** Reads by the peer's own name, and by the public one. */
  readonly readDirect: SyntheticRead;
  readonly readPublicName: SyntheticRead;
}

/** What one look gave. */
export interface Look {
  readonly ok: boolean;
  readonly reason: string;
  /** What the peer says of itself, if it answers. */
  readonly peer?: (PeerView & { readonly traffic: boolean }) | undefined;
}

/**
 * One look at the active Region, as a merchant would: is there a way to it on which it says that traffic belongs there,
 * and does it then answer a question? A service that says no of itself is as lost as one that says nothing.
 */
export async function lookAtPeer(sights: PeerSights): Promise<Look> {
  const [direct, publicName] = await Promise.all([sights.direct.look(), sights.publicName.look()]);
  const place = peerOf(sights.place);
  const peer = viewOf(direct, place) ?? viewOf(publicName, place);
  const fault = faultOf(direct, place);
  const publicFault = faultOf(publicName, place);
  if (fault !== undefined && publicFault !== undefined) {
    return { ok: false, reason: `peer's name: ${fault}; public name: ${publicFault}`, peer };
  }
  // It says itself that it answers nothing yet; when its take-over does not succeed, it no longer says traffic=yes.
  if (peer?.role === "TAKING_OVER") return { ok: true, reason: "takes over", peer };
  const read = fault === undefined ? sights.readDirect : sights.readPublicName;
  const readFault = await read();
  if (readFault !== undefined) return { ok: false, reason: `synthetic read: ${readFault}`, peer };
  const reason = fault === undefined ? "serves" : `serves by the public name; peer's name: ${fault}`;
  return { ok: true, reason, peer };
}

function viewOf(answer: StatusAnswer, peer: Place): Look["peer"] {
  if (!answer.reachable || answer.status.place !== peer) return undefined;
  const { role, epoch } = answer.status;
  return role === "UNKNOWN" || epoch === null ? undefined : { role, epoch, traffic: answer.traffic };
}

/** Why this is not the peer serving, or undefined when it is. */
function faultOf(answer: StatusAnswer, peer: Place): string | undefined {
  if (!answer.reachable) return answer.reason;
  if (answer.status.place !== peer) return `leads to ${answer.status.place}`;
  if (answer.traffic) return undefined;
  const { role, database, serviceAlarm } = answer.status;
  return `traffic=no (role ${role}, database ${database}, service alarm ${serviceAlarm})`;
}
