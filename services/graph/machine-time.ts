/** Machine time: waiting for Graph has nothing to do with the product's clock (doc/design.md "Time"). */
export interface MachineTime {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  sleep(delayInMs: number): Promise<void>;
}

export const machineTime: MachineTime = {
  now: () => performance.now(),
  sleep: (delayInMs) => new Promise((resolve) => setTimeout(resolve, delayInMs)),
};
