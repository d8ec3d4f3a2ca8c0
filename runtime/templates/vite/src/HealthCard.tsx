import { type Check, useHealth } from "./useHealth.ts";

export function HealthCard() {
  const { checks, latest, checkNow } = useHealth();
  const state = latest === undefined ? "waiting" : latest.ok ? "ok" : "down";

  return (
    <section className="card" aria-labelledby="health-title">
      <header className="card-head">
        <h2 id="health-title">
          <code>GET /api/health</code>
        </h2>
        <span className="badge" data-state={state} role="status">
          {LABELS[state]}
        </span>
      </header>

      <pre className="answer" data-testid="health-answer">
        {latest?.body ?? "Asking the worker…"}
      </pre>

      <footer className="card-foot">
        <Bars checks={checks} />
        <span className="latency">{latest ? `${latest.milliseconds} ms` : "–"}</span>
        <button type="button" onClick={checkNow}>
          Check again
        </button>
      </footer>
    </section>
  );
}

const LABELS = { waiting: "Checking", ok: "Answering", down: "Not answering" } as const;

/** One bar a check, its height the time that the answer took. */
function Bars({ checks }: { checks: Check[] }) {
  const slowest = Math.max(20, ...checks.map((check) => check.milliseconds));

  return (
    <div className="bars" aria-hidden="true">
      {checks.map((check) => (
        <i
          key={check.at}
          data-ok={check.ok}
          style={{ height: `${Math.max(12, (check.milliseconds / slowest) * 100)}%` }}
          title={`${check.milliseconds} ms`}
        />
      ))}
    </div>
  );
}
