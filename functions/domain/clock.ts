/** Where the time comes from; injected so that tests choose it. */
export interface Clock {
  now(): Date;
}
