import { connect, type Socket } from "node:net";

/** A connection holds at most this much before it stops reading from the sender, as a full network path would. */
const HELD_BYTES_LIMIT = 64 * 1024 * 1024;
/**
 * The requests by which a standby opens its stream: SSLRequest, ClientHello, start-up, two of SCRAM, IDENTIFY_SYSTEM.
 * Their answers pass without delay, for otherwise every reconnection would take six delays; START_REPLICATION and all
 * that follows is delayed. Should a standby ask less, its first status report (at once) ends the exemption all the same.
 */
const SET_UP_REQUESTS = 6;

interface Held {
  /** `performance.now()` of its arrival here. */
  arrivedAt: number;
  delayed: boolean;
  /** null is the end of the stream, which must not overtake the bytes before it. */
  chunk: Buffer | null;
}

/** What both directions of all connections of a link obey. */
export interface LinkState {
  delayMs: number;
  cut: boolean;
}

/** One direction of one connection: a queue that lets its head go when its time has come and the link is not cut. */
class Flow {
  readonly #queue: Held[] = [];
  readonly #state: LinkState;
  readonly #source: Socket;
  #sink: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #heldBytes = 0;
  #waitsForDrain = false;

  constructor(state: LinkState, source: Socket) {
    this.#state = state;
    this.#source = source;
  }

  /** The sink may come later than the first bytes: nothing is connected through a link that is cut. */
  set sink(sink: Socket) {
    this.#sink = sink;
    const resume = (): void => {
      this.#waitsForDrain = false;
      this.release();
    };
    sink.on("drain", resume);
    sink.on("close", resume);
    this.release();
  }

  push(chunk: Buffer | null, delayed: boolean): void {
    this.#queue.push({ arrivedAt: performance.now(), delayed, chunk });
    this.#heldBytes += chunk?.length ?? 0;
    if (this.#heldBytes > HELD_BYTES_LIMIT) {
      this.#source.pause();
    }
    this.release();
  }

  /** Lets go whatever may go now, and comes back for the next. */
  release(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#sink && !this.#state.cut && !this.#waitsForDrain) {
      const head = this.#queue[0];
      if (head === undefined) {
        return;
      }
      const remainingMs = head.delayed ? head.arrivedAt + this.#state.delayMs - performance.now() : 0;
      if (remainingMs > 0) {
        this.#timer = setTimeout(() => this.release(), Math.ceil(remainingMs));
        return;
      }
      this.#queue.shift();
      this.#hand(this.#sink, head.chunk);
    }
  }

  #hand(sink: Socket, chunk: Buffer | null): void {
    if (chunk === null) {
      sink.end();
      return;
    }
    this.#heldBytes -= chunk.length;
    if (this.#heldBytes <= HELD_BYTES_LIMIT / 2 && this.#source.isPaused()) {
      this.#source.resume();
    }
    if (!sink.destroyed && !sink.write(chunk)) {
      this.#waitsForDrain = true;
    }
  }

  get oldestArrival(): number | undefined {
    return this.#queue.find((held) => held.delayed && held.chunk !== null)?.arrivedAt;
  }

  drop(): void {
    clearTimeout(this.#timer);
    this.#queue.length = 0;
  }
}

/** One connection of a standby: what it asks goes up to the writer, the log comes down to it. */
export class LinkConnection {
  readonly #standby: Socket;
  readonly #writerPort: number;
  readonly #state: LinkState;
  readonly #up: Flow;
  #writer: Socket | undefined;
  #down: Flow | undefined;
  readonly #onClosed: () => void;
  #requests = 0;
  #answered = true;

  /** @param onClosed called once, when both sides are closed */
  constructor(standby: Socket, writerPort: number, state: LinkState, onClosed: () => void) {
    this.#onClosed = onClosed;
    this.#standby = standby;
    this.#writerPort = writerPort;
    this.#state = state;
    this.#up = new Flow(state, standby);
    standby.on("data", (chunk) => {
      this.#requests += this.#answered ? 1 : 0;
      this.#answered = false;
      this.#up.push(chunk, false);
    });
    standby.on("end", () => this.#up.push(null, false));
    standby.on("error", () => undefined);
    // Also a standby that was reset ends towards the writer, which over a cut link learns it when the cut is over.
    standby.on("close", () => {
      this.#up.push(null, false);
      this.#noteClosed();
    });
    this.release();
  }

  release(): void {
    if (this.#writer === undefined && !this.#state.cut) {
      this.#open();
    }
    this.#up.release();
    this.#down?.release();
  }

  #open(): void {
    const writer = connect({ host: "127.0.0.1", port: this.#writerPort, allowHalfOpen: true, noDelay: true });
    const down = new Flow(this.#state, writer);
    this.#writer = writer;
    this.#down = down;
    down.sink = this.#standby;
    this.#up.sink = writer;
    writer.on("data", (chunk) => {
      this.#answered = true;
      down.push(chunk, this.#requests > SET_UP_REQUESTS);
    });
    writer.on("end", () => down.push(null, this.#requests > SET_UP_REQUESTS));
    // A refused or reset connection ends in "close"; the standby then learns it as an end.
    writer.on("error", () => undefined);
    writer.on("close", () => {
      down.push(null, false);
      this.#noteClosed();
    });
  }

  get standbyConnected(): boolean {
    return !this.#standby.destroyed;
  }

  #noteClosed(): void {
    if (this.#standby.destroyed && (this.#writer === undefined || this.#writer.destroyed)) {
      this.destroy();
      this.#onClosed();
    }
  }

  get oldestArrival(): number | undefined {
    return this.#down?.oldestArrival;
  }

  destroy(): void {
    this.#up.drop();
    this.#down?.drop();
    this.#standby.destroy();
    this.#writer?.destroy();
  }
}
