import { useCallback, useEffect, useState } from "react";

const INTERVAL_MS = 5_000;
const KEPT = 24;

export type Check = { at: number; ok: boolean; milliseconds: number; body: string };

/** Asks /api/health now and every few seconds; the newest answer is the last one. */
export function useHealth() {
  const [checks, setChecks] = useState<Check[]>([]);

  const check = useCallback(async (signal?: AbortSignal) => {
    const result = await askHealth(signal);
    if (!signal?.aborted) setChecks((earlier) => [...earlier, result].slice(-KEPT));
  }, []);

  useEffect(() => {
    const controller = new AbortController();
    void check(controller.signal);
    const timer = setInterval(() => {
      if (!document.hidden) void check(controller.signal);
    }, INTERVAL_MS);

    return () => {
      controller.abort();
      clearInterval(timer);
    };
  }, [check]);

  return { checks, latest: checks.at(-1), checkNow: () => void check() };
}

async function askHealth(signal?: AbortSignal): Promise<Check> {
  const started = performance.now();
  const finish = (ok: boolean, body: string): Check => ({
    at: Date.now(),
    ok,
    body,
    milliseconds: Math.max(1, Math.round(performance.now() - started)),
  });

  try {
    const response = await fetch("/api/health", { signal, headers: { Accept: "application/json" } });
    const answer: unknown = await response.json();
    return finish(response.ok, JSON.stringify(answer, null, 2));
  } catch (error) {
    return finish(false, error instanceof Error ? error.message : String(error));
  }
}
