/** What this thread has worked: the time of the clock says more of what else runs on the machine. */
export function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
