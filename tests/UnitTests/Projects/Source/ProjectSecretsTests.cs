using System.Text;
using Libra.Deploy.Application.Projects.Source;

namespace Libra.Deploy.UnitTests.Projects.Source;

public sealed class ProjectSecretsTests
{
    [Theory]
    [InlineData(".env", "API_SECRET=plain value # no comment\n", "plain value # no comment")]
    [InlineData("apps/web/.env.production", "export DB_PASSWORD='it is secret'\n", "it is secret")]
    [InlineData(".dev.vars", "STRIPE_KEY=\"with \\\"quotes\\\" in it\"", "with \"quotes\" in it")]
    [InlineData("wrangler.jsonc", "{ /* c */ \"vars\": { \"SESSION_SECRET\": \"0123456789\", } }", "0123456789")]
    [InlineData("wrangler.toml", "[vars]\nJWT_PRIVATE = \"abcdefghij\"\n", "abcdefghij")]
    [InlineData(".npmrc", "//registry.example.test/:_authToken=abcdefghij\n", "abcdefghij")]
    [InlineData(".env", "DATABASE_URL=postgres://u:p@h/db\r\n", "postgres://u:p@h/db")]
    public void In_AFileOfSettings_FindsWhatItsNameCallsSecret(string path, string content, string secret) =>
        ProjectSecrets.In([FileOf(path, content)]).Should().Equal(secret);

    [Theory]
    [InlineData(".env", "VITE_API_URL=https://api.example.test/v1\nNODE_ENV=production\n")]
    [InlineData(".env", "TOKEN=short\n")]
    [InlineData("src/config.ts", "const API_KEY = \"0123456789\"")]
    [InlineData("wrangler.json", "{\"name\": \"my-worker-name\", \"vars\": {\"GREETING\": \"hello, world\"}}")]
    [InlineData("my.env.ts", "SECRET=0123456789")]
    public void In_OtherFilesOrNames_FindsNothing(string path, string content) =>
        ProjectSecrets.In([FileOf(path, content)]).Should().BeEmpty();

    [Fact]
    public void In_HostileFiles_StaysLinearAndBounded()
    {
        Growth.ShouldBeLinear(500, times: 10, length =>
        {
            var many = string.Concat(Enumerable.Range(0, length).Select(number => $"SECRET_{number}=value-number-{number}\n"));
            var endless = string.Concat(Enumerable.Repeat("KEY=\"\\", length * 5));

            var found = ProjectSecrets.In([FileOf(".env", many), FileOf(".env.local", endless)]);

            found.Count.Should().BeLessThanOrEqualTo(200, "each is looked for in every line");
        });
    }

    [Fact]
    public void In_ValuesOfManyLines_AreBoundedByTheirLines()
    {
        var lines = string.Concat(Enumerable.Range(0, 400).Select(line => $"line-{line:0000}\\n"));
        var values = string.Concat(Enumerable.Range(0, 20).Select(number => $"SECRET_{number}=\"{number} {lines}\"\n"));

        var found = ProjectSecrets.In([FileOf(".env", values + "LAST_SECRET=of-one-line\n")]);

        found.Sum(value => value.Count(c => c == '\n')).Should().Be(800, "each line is looked for in every line");
        found.Should().HaveCount(3).And.Contain("of-one-line");
    }

    private static SourceFile FileOf(string path, string content) => new(path, Encoding.UTF8.GetBytes(content));
}
