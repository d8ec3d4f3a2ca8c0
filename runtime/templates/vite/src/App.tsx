import { useEffect } from "react";
import { HealthCard } from "./HealthCard.tsx";
import { projectName } from "./projectName.ts";

const name = projectName(window.location.hostname);

export function App() {
  useEffect(() => {
    document.title = name;
  }, []);

  return (
    <div className="page">
      <header className="top">
        <img src="/favicon.svg" alt="" width="28" height="28" />
        <span>Libra Deploy</span>
      </header>

      <main>
        <h1>{name}</h1>
        <p className="lede">
          Built in a sandbox, packed into one artifact and put live by Libra Deploy. The page is React, the API below is a
          Hono worker, and both went out together.
        </p>

        <HealthCard />

        <ol className="steps">
          <Step title="Make it yours" text="Start in src/App.tsx for the page and worker/index.ts for the API." />
          <Step title="Deploy again" text="Unchanged source is not built twice; visitors see no gap between versions." />
          <Step title="Go back any time" text="Every version stays as an artifact: a rollback needs no new build." />
        </ol>
      </main>

      <footer className="bottom">React · Vite · Hono · TypeScript</footer>
    </div>
  );
}

function Step({ title, text }: { title: string; text: string }) {
  return (
    <li>
      <h3>{title}</h3>
      <p>{text}</p>
    </li>
  );
}
