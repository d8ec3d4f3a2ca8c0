using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Libra.Deploy.Infrastructure.Logs;
using Libra.Deploy.Infrastructure.Logs.Redaction;

namespace Libra.Deploy.UnitTests.Logs;

public sealed class RedactorTests
{
    private const string Secret = "p@ss/w+rd \"x\" ünd<1>";

    private static readonly Redactor Shapes = new([]);
    private static readonly Redactor Known = new([Secret, "second-secret-value"]);

    // Put together here, so that scanners of source code find no token in it.
    public static TheoryData<string, string> Tokens => new()
    {
        { "GitHub", "ghp_" + Letters(36) },
        { "GitHub, fine-grained", "github_pat_" + Letters(22) + "_" + Letters(59) },
        { "GitLab", "glpat-" + Letters(20) },
        { "npm", "npm_" + Letters(36) },
        { "AWS key id", "AKIA" + Letters(16).ToUpperInvariant() },
        { "Slack", "xoxb-123456789012-" + Letters(24) },
        { "Stripe", "sk_live_" + Letters(24) },
        { "OpenAI", "sk-proj-" + Letters(48) },
        { "OpenAI, old", "sk-" + Letters(48) },
        { "Anthropic", "sk-ant-api03-" + Letters(90) + "-AA" },
        { "Google", "AIza" + Letters(35) },
        { "JWT", "eyJ" + Letters(20) + ".eyJ" + Letters(40) + "." + Letters(43) },
        { "SendGrid", "SG." + Letters(22) + "." + Letters(43) },
        { "Twilio", "SK" + Hex(32) },
        { "Hugging Face", "hf_" + Letters(34) },
        { "DigitalOcean", "dop_v1_" + Hex(64) },
        { "Daytona", "dtn_" + Hex(64) },
        { "E2B", "e2b_" + Hex(40) },
        { "ours", "ldt_" + Letters(43) },
        { "webhook", "whsec_" + Letters(32) },
    };

    public static TheoryData<string, string> InContext => new()
    {
        { "CLOUDFLARE_API_TOKEN={0}", Letters(40) },
        { "AWS_SECRET_ACCESS_KEY={0}", "abcdEFGH/" + Letters(31) },
        { "aws_secret_access_key = {0}", "abcdEFGH+" + Letters(31) },
        { "postgres://user:{0}@db.example.test:5432/app", "s3cr3t-pw" },
        { "redis://:{0}@cache.example.test", "s3cr3t-pw" },
        { "curl -H 'Authorization: Bearer {0}'", Letters(30) },
        { "authorization: Basic {0}", "dXNlcjpwYXNzd29yZA==" },
        { "{{\"password\": \"{0}\"}}", "hunter2!" },
        { "DB_PASSWORD={0} npm run build", "hunter2!" },
        { "https://api.example.test/?a=1&access_token={0}&b=2", "abc123def" },
        { "client_secret: {0}", "abc123def" },
        { "const token = \"{0}\";", "abc123def" },
        { "-----BEGIN RSA PRIVATE KEY-----\\n{0}\\n-----END RSA PRIVATE KEY-----", Letters(64) },
    };

    [Theory]
    [MemberData(nameof(Tokens))]
    public void Redact_WithATokenShape_HidesIt(string kind, string token)
    {
        foreach (var line in new[] { "{0}", "before {0} after", "key:{0},", "(\"{0}\")", "MY_VAR={0}", "\u001b[31m{0}\u001b[0m" })
        {
            var redacted = Shapes.Redact(string.Format(CultureInfo.InvariantCulture, line, token));
            redacted.Should().NotContain(token[^10..], kind).And.Contain(Redactor.Mark);
        }
    }

    [Theory]
    [MemberData(nameof(Tokens))]
    public void Redact_WithATokenInBase64_HidesIt(string kind, string token)
    {
        foreach (var text in new[] { token, $"x {token} y", "{\"key\":\"" + token + "\"}" })
        {
            var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
            var forUrl = encoded.Replace('+', '-').Replace('/', '_').TrimEnd('=');
            foreach (var line in new[] { $"before {encoded} after", $"data:text/plain;base64,{encoded}", $"?state={forUrl}&x=1" })
                Shapes.Redact(line).Should().NotContain(encoded[4..24], kind).And.Contain(Redactor.Mark);
        }
    }

    [Theory]
    [MemberData(nameof(InContext))]
    public void Redact_WithASecretKnownByItsPlace_HidesItAndKeepsTheRest(string line, string secret)
    {
        var redacted = Shapes.Redact(string.Format(CultureInfo.InvariantCulture, line, secret));

        redacted.Should().NotContain(secret).And.Contain(Redactor.Mark);
        if (!line.Contains("PRIVATE", StringComparison.Ordinal))
            redacted.Should().Be(string.Format(CultureInfo.InvariantCulture, line, Redactor.Mark));
    }

    [Theory]
    [InlineData("vite v7.1.0 building for production...")]
    [InlineData("dist/assets/index-B7PI925R.js   143.36 kB │ gzip: 46.09 kB")]
    [InlineData("  ➜  Local:   http://localhost:5173/@vite/client")]
    [InlineData("+ @types/react@19.0.1")]
    [InlineData("const token = getToken(request)")]
    [InlineData("SyntaxError: Unexpected token '<', \"<!doctype \"... is not valid JSON")]
    [InlineData("  12 | const secret = process.env.SECRET")]
    [InlineData("src/tokens.ts:14:3 error TS2304: Cannot find name 'tokenize'.")]
    [InlineData("npm warn deprecated task-manager-something-very-long-indeed@1.0.0")]
    [InlineData("sha512-9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    [InlineData("integrity sha512-YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh==")]
    [InlineData("node_modules/react-dom/cjs/react-dom-client.production.js")]
    public void Redact_WithOrdinaryOutput_ChangesNothing(string line) => Shapes.Redact(line).Should().Be(line);

    [Fact]
    public void Redact_WithAKnownSecretInAnyEncoding_HidesIt()
    {
        var forms = new List<string>
        {
            Secret,
            Uri.EscapeDataString(Secret),
            Uri.EscapeDataString(Secret).Replace("%2F", "%2f", StringComparison.Ordinal)
                .Replace("%C3%BC", "%c3%bc", StringComparison.Ordinal)
                .Replace("%2B", "%2b", StringComparison.Ordinal).Replace("%3C", "%3c", StringComparison.Ordinal)
                .Replace("%3E", "%3e", StringComparison.Ordinal),
            WebUtility.UrlEncode(Secret),
            JsonSerializer.Serialize(Secret),
        };
        for (var before = 0; before < 6; before++)
        {
            for (var after = 0; after < 3; after++)
            {
                var base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('a', before) + Secret + new string('b', after)));
                forms.Add(base64);
                forms.Add(base64.Replace('+', '-').Replace('/', '_').TrimEnd('='));
            }
        }

        foreach (var form in forms)
        {
            Known.Redact($"before ({form}) after").Should()
                .Match(text => text == $"before ({Redactor.Mark}) after" || text == $"before (\"{Redactor.Mark}\") after", form);
        }
    }

    [Fact]
    public void Redact_WithASecretInterruptedByColours_HidesIt()
    {
        Known.Redact("x \u001b[31msecond-\u001b[1msecret\u001b[0m-value y").Should().Be($"x \u001b[31m{Redactor.Mark} y");
        Known.Redact("\u001b]8;;https://example.test/second-secret-value\u0007link\u001b]8;;\u0007").Should().NotContain("second-secret");
        Known.Redact("\u001b[32mok\u001b[0m").Should().Be("\u001b[32mok\u001b[0m");
    }

    [Fact]
    public void Redact_WithSecretsThatOverlap_HidesAllOfThem()
    {
        var redactor = new Redactor(["abcdefgh", "efghijkl", "abcdef"]);

        redactor.Redact("xabcdefghijklx").Should().Be($"x{Redactor.Mark}x");
        redactor.Redact("abcdef abcdefgh").Should().Be($"{Redactor.Mark} {Redactor.Mark}");
    }

    [Fact]
    public void Redact_WithASecretOfSeveralLines_HidesEachLine()
    {
        var redactor = new Redactor(["first line of it\nshort\nthe last line of it\n"]);

        redactor.Redact("a\nfirst line of it\nshort\n> the last line of it").Should()
            .Be($"a\n{Redactor.Mark}\nshort\n> {Redactor.Mark}");
    }

    [Fact]
    public void Redact_WithAPrivateKey_HidesItLineByLine()
    {
        var key = $"-----BEGIN PRIVATE KEY-----\n{Letters(64)}\n{Letters(64)}\nQ==\n-----END PRIVATE KEY-----";

        Shapes.Redact($"cat key.pem\n{key}\ndone").Should()
            .Be(string.Join('\n', ["cat key.pem", .. Enumerable.Repeat(Redactor.Mark, 5), "done"]));
        Shapes.Redact($"1 | -----BEGIN EC PRIVATE KEY-----\n2 | {Letters(64)}\nordinary words\n").Should()
            .Be($"1 | {Redactor.Mark}\n2 | {Redactor.Mark}\nordinary words\n");
    }

    [Fact]
    public void Redact_WithAKeyThatNeverEnds_ShowsOtherOutputAgain()
    {
        var redacted = Shapes.Redact("-----BEGIN PRIVATE KEY-----\n" + string.Concat(Enumerable.Repeat("word\n", 1000)));

        redacted.Split('\n').Should().Contain("word");
    }

    [Fact]
    public void Redact_WithACut_NeverLeavesPartOfASecret()
    {
        const string secret = "second-secret-value";
        var line = new string('x', 50) + secret + new string('y', 50);
        for (var cut = 0; cut <= line.Length; cut++)
        {
            var redacted = Known.Redact(line, new RedactionState(), cut);
            redacted.Should().NotContain("sec").And.NotContain("value");
        }
    }

    [Fact]
    public void Redact_WithSecretsThatShareABeginning_HidesTheLongestThatIsThere()
    {
        var shared = Letters(40);
        var redactor = new Redactor([shared, shared + "-one", shared + "-one-more", shared + "-two", shared[..20] + "/other-end"]);

        foreach (var secret in new[] { shared, shared + "-one", shared + "-one-more", shared + "-two", shared[..20] + "/other-end" })
            redactor.Redact($"<{secret}> after").Should().Be($"<{Redactor.Mark}> after");
        redactor.Redact($"<{shared}-o> after").Should().Be($"<{Redactor.Mark}-o> after");
        redactor.Redact($"<{shared[..39]}> after").Should().Be($"<{shared[..39]}> after");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Redact_WithALongSecretInAnyEncoding_HidesAllOfIt(int before)
    {
        // With characters of two halves everywhere, so that one lies wherever a beginning is cut.
        var secret = string.Concat(Enumerable.Range(0, 800).Select(i => $"{i}\U0001F511<"));
        var base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('a', before) + secret));
        var redactor = new Redactor([secret]);

        foreach (var form in new[] { secret, Uri.EscapeDataString(secret), WebUtility.UrlEncode(secret), JsonSerializer.Serialize(secret), base64 })
            redactor.Redact($"before ({form}").Should().Match(text => text.StartsWith("before (", StringComparison.Ordinal)
                && text.EndsWith(Redactor.Mark, StringComparison.Ordinal) && text.Length < 30, form[..20]);
        redactor.Redact($"({secret[..500]})").Should().Be($"({secret[..500]})");
        redactor.Redact($"({secret}) after\nnext").Should().Be($"({Redactor.Mark}\nnext");
    }

    [Fact]
    public void Redact_WithManyLongSecrets_TakesLittleMemoryAndHidesThem()
    {
        var secrets = Enumerable.Range(0, 200).Select(i => $"{i:000}" + new string('<', 8189)).ToList();
        var before = GC.GetAllocatedBytesForCurrentThread();

        var redactor = new Redactor(secrets);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(50 << 20);
        foreach (var secret in secrets)
        {
            redactor.Redact($"x {secret}").Should().Be($"x {Redactor.Mark}");
            redactor.Redact(JsonSerializer.Serialize(secret)).Should().Be($"\"{Redactor.Mark}");
        }
    }

    [Fact]
    public void Redact_WithManyLinesOfSecrets_TakesLittleMemory()
    {
        // As many lines as a project's settings may have.
        var secrets = Enumerable.Range(0, 1000).Select(i => $"{i:000}" + new string('<', 600)).ToList();
        var before = GC.GetAllocatedBytesForCurrentThread();

        var redactor = new Redactor([string.Join('\n', secrets)]);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(100 << 20);
        foreach (var secret in secrets) redactor.Redact($"x {secret}").Should().Be($"x {Redactor.Mark}");
    }

    [Fact]
    public void Redact_WithHostileSecrets_StaysLinear()
    {
        var redactor = new Redactor(Enumerable.Range(0, 200).Select(i => new string('<', 40 + (i * 4)) + i));

        Growth.ShouldBeLinear(3_000, times: 10, length => redactor.Redact(new string('<', length)));
    }

    [Fact]
    public void Redact_WithShortValues_LeavesOrdinaryWordsAlone() =>
        new Redactor(["", "1", "true", "dev"]).Redact("true 1 dev").Should().Be("true 1 dev");

    [Fact]
    public void With_KnowsTheEarlierSecretsAsWell() =>
        Known.With(["third-secret"]).Redact("second-secret-value third-secret").Should().Be($"{Redactor.Mark} {Redactor.Mark}");

    [Theory]
    [InlineData("eyJ")]
    [InlineData("://a:")]
    [InlineData("token=\"")]
    [InlineData("-----BEGIN ")]
    [InlineData("second-secret-valu")]
    [InlineData("password: ")]
    [InlineData("\u001b[")]
    [InlineData("YWFh")]
    public void Redact_WithHostileLines_StaysLinear(string repeated) => Growth.ShouldBeLinear(
        3_000, times: 10, length => Known.Redact(string.Concat(Enumerable.Repeat(repeated, length / repeated.Length))));

    private static string Letters(int length)
    {
        const string alphabet = "aB3dE5gH7jK9mN1pQ2sT4vW6xY8z";
        return new string([.. Enumerable.Range(0, length).Select(i => alphabet[i * 11 % alphabet.Length])]);
    }

    private static string Hex(int length) =>
        new([.. Enumerable.Range(0, length).Select(i => "3f9a1c7e5b2d8046"[i * 7 % 16])]);
}
