const FALLBACK = "Libra project";

/** The project's name as its address shows it: the first label, without the "-worker" that a deployed address ends in. */
export function projectName(hostname: string): string {
  const labels = hostname.split(".");
  const isAddressOnly = labels.length < 2 || /^[\d.]+$/.test(hostname);
  if (isAddressOnly) return FALLBACK;

  return labels[0]?.replace(/-worker$/, "") || FALLBACK;
}
