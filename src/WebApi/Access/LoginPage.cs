namespace Libra.Deploy.WebApi.Access;

/// <summary>The page on which operators sign in to the dashboard: no script, one style for light and dark.</summary>
internal static class LoginPage
{
    /// <summary>Asks for the token.</summary>
    /// <param name="action">Where it is sent: an address of ours, not encoded here.</param>
    public static string Form(string action) =>
        $"""
        <form method="post" action="{action}">
          <label for="token">API token</label>
          <input id="token" name="token" type="password" autocomplete="current-password" placeholder="ldt_…" required autofocus>
          <button>Sign in</button>
        </form>
        """;

    public const string SignedIn =
        $"""
        <p>You are signed in.</p>
        <p><a href="{LoginCookie.Area}">To the dashboard</a></p>
        <form method="post" action="{LoginEndpoints.Logout}"><button>Sign out</button></form>
        """;

    /// <summary>The form again, under a sentence of ours.</summary>
    public static string Refusal(string why, string action) => $"<p class=\"error\" role=\"alert\">{why}</p>{Form(action)}";

    /// <summary>The whole page with this content.</summary>
    public static string Around(string content) => Frame.Replace("<!-- content -->", content, StringComparison.Ordinal);

    private const string Frame =
        """
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>Sign in · Libra Deploy</title>
          <style>
            :root { color-scheme: light dark; }
            body {
              margin: 0;
              min-height: 100vh;
              display: grid;
              place-items: center;
              background: light-dark(#f6f7f9, #10141a);
              color: light-dark(#18212e, #e6ebf2);
              font: 16px/1.5 system-ui, sans-serif;
            }
            main {
              box-sizing: border-box;
              width: min(26rem, 92vw);
              padding: 2rem;
              background: light-dark(#fff, #181e27);
              border: 1px solid light-dark(#dbe1e9, #2b3543);
              border-radius: 12px;
            }
            a { color: light-dark(#2f52c2, #8fb0ff); }
            :focus-visible { outline: 3px solid light-dark(#2f52c2, #8fb0ff); outline-offset: 2px; }
            h1 { margin: 0 0 1rem; font-size: 1.4rem; }
            label { display: block; margin-bottom: .3rem; }
            input {
              box-sizing: border-box;
              width: 100%;
              padding: .5rem;
              border: 1px solid light-dark(#7c889b, #66748a);
              border-radius: 9px;
              font: inherit;
            }
            button {
              margin-top: 1rem;
              padding: .5rem 1rem;
              border: 0;
              border-radius: 9px;
              background: light-dark(#2f52c2, #8fb0ff);
              color: light-dark(#fff, #0d1526);
              font: inherit;
              cursor: pointer;
            }
            .error {
              padding: .6rem .8rem;
              border-radius: 9px;
              background: light-dark(#fcebea, #3a1f20);
              color: light-dark(#b3261e, #ff9c94);
            }
          </style>
        </head>
        <body><main><h1>Libra Deploy</h1><!-- content --></main></body>
        </html>
        """;
}
