using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Libra.Deploy.IntegrationTests.Logs;

/// <summary>Twenty kinds of credentials, and what a project does that prints them in every form.</summary>
internal static class PlantedSecrets
{
    /// <summary>In the project's own settings: it has no shape by which to know it.</summary>
    public const string OfTheProject = "p@ss/w+rd \"x\" <17> of the project";

    // Put together here, so that scanners of source code find no token in it.
    private static readonly string[] Tokens =
    [
        "ghp_" + Letters(36), "github_pat_" + Letters(22) + "_" + Letters(59), "glpat-" + Letters(20), "npm_" + Letters(36),
        "AKIA" + Letters(16).ToUpperInvariant(), "AIza" + Letters(35), "dop_v1_" + Hex(64), "xoxb-123456789012-" + Letters(24),
        "sk_live_" + Letters(24), "whsec_" + Letters(32), "sk-proj-" + Letters(48), "sk-ant-api03-" + Letters(90) + "-AA",
        "hf_" + Letters(34), "SG." + Letters(22) + "." + Letters(43), "SK" + Hex(32), "dtn_" + Hex(64),
        "e2b_" + Hex(40), "ldt_" + Letters(43),
        "eyJ" + Letters(20) + ".eyJ" + Letters(40) + "." + Letters(43), "postgres://user:" + Letters(24) + "@db.example.test/app",
    ];

    /// <summary>What must not be found anywhere: of each form the part that is the secret itself.</summary>
    public static IReadOnlyList<string> Forms { get; } =
    [
        .. Tokens.Select(token => token.StartsWith("postgres", StringComparison.Ordinal) ? Letters(24) + "@" : token),
        .. Tokens.Select(Base64),
        .. FormsOf(OfTheProject),
    ];

    /// <summary>Files of a project whose build prints everything, in pieces, and then fails with the last of it on the screen.</summary>
    public static JsonArray Project()
    {
        List<string> lines =
            [.. Tokens, .. Tokens.Select(Base64), .. FormsOf(OfTheProject),
                $"\u001b[31m{OfTheProject[..9]}\u001b[1m{OfTheProject[9..]}\u001b[0m"];
        var script = $"const lines = {JsonSerializer.Serialize(lines)};\n" +
            """
            const pause = () => new Promise((done) => setTimeout(done, 5));
            for (const line of lines) {
              const middle = Math.floor(line.length / 2);
              process.stdout.write("out " + line.slice(0, middle)); await pause();
              process.stdout.write(line.slice(middle) + " end\n"); await pause();
              console.error("err " + line);
            }
            process.exit(3);
            """;
        return Service.TestProject.Files(
            ("package.json", """{"name":"x","private":true,"scripts":{"build":"node print.mjs"}}"""),
            ("print.mjs", script),
            (".env", $"# of the project\nAPP_SECRET={JsonSerializer.Serialize(OfTheProject)}\n"),
            ("index.html", "x"));
    }

    private static IEnumerable<string> FormsOf(string secret) =>
        [secret, Uri.EscapeDataString(secret), WebUtility.UrlEncode(secret), JsonSerializer.Serialize(secret), Base64(secret), Base64("a"
            + secret + "b"), Base64("ab" + secret)];

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Letters(int length)
    {
        const string alphabet = "aB3dE5gH7jK9mN1pQ2sT4vW6xY8z";
        return new string([.. Enumerable.Range(0, length).Select(i => alphabet[i * 11 % alphabet.Length])]);
    }

    private static string Hex(int length) => new([.. Enumerable.Range(0, length).Select(i => "3f9a1c7e5b2d8046"[i * 7 % 16])]);
}
