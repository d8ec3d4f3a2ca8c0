import { Hono } from "hono";

type Bindings = {
  ASSETS: { fetch(request: Request): Promise<Response> };
};

const app = new Hono<{ Bindings: Bindings }>();

app.get("/api/health", (c) => {
  c.header("Cache-Control", "no-store");
  return c.json({ status: "ok", host: new URL(c.req.url).host, time: new Date().toISOString() });
});

// A wrong API address must say so, rather than answer with the page.
app.all("/api/*", (c) => c.json({ status: "error", message: `No such endpoint: ${c.req.path}` }, 404));

app.all("*", (c) => c.env.ASSETS.fetch(c.req.raw));

export default app;
