using System.Text;
using Libra.Deploy.Infrastructure.Logs;
using Libra.Deploy.Infrastructure.Logs.Redaction;

namespace Libra.Deploy.UnitTests.Logs;

/// <summary>Output as it comes: secrets cut anywhere into pieces.</summary>
public sealed class SecretsInOutputTests
{
    [Fact]
    public void Output_WithSecretsSplitAtRandom_ShowsNoneOfThem()
    {
        var secrets = RedactorTests.Tokens.Select(row => row.Data.Item2).Append("known-secret-of-a-project").ToList();
        var redactor = new Redactor(["known-secret-of-a-project"]);
        var random = new Random(20261123);
        for (var round = 0; round < 200; round++)
        {
            var output = new StringBuilder();
            foreach (var secret in secrets.OrderBy(_ => random.Next()))
                output.Append("line ").Append(random.Next()).Append(' ').Append(secret).Append(random.Next(2) == 0 ? "\n" : " end\r\n");

            var text = string.Join('\n', Lines(Encoding.UTF8.GetBytes(output.ToString()), redactor, random));

            text.Split('\n').Should().HaveCount(secrets.Count).And.OnlyContain(line => line.Contains(Redactor.Mark));
            foreach (var secret in secrets) text.Should().NotContain(secret[^12..]);
        }
    }

    [Fact]
    public void Output_WithASecretOverTheCutOfALongLine_ShowsNoPartOfIt()
    {
        const int limit = 1000;
        var redactor = new Redactor(["known-secret-of-a-project"]);
        for (var before = limit - 40; before <= limit + 10; before++)
        {
            var output = new OutputLines(limit);
            var line = output
                .Append(Encoding.UTF8.GetBytes(new string('.', before) + "known-secret-of-a-project" + new string('.', 99) + "\n"))
                .Single();

            LineText.Finish(line, redactor, output.Secret, limit).Should().NotContain("kno").And.EndWith(" [line cut]");
        }
    }

    private static IEnumerable<string> Lines(byte[] bytes, Redactor redactor, Random random)
    {
        var output = new OutputLines(16 << 10);
        for (var position = 0; position < bytes.Length;)
        {
            var piece = Math.Min(random.Next(1, 40), bytes.Length - position);
            foreach (var line in output.Append(bytes.AsSpan(position, piece)))
                yield return LineText.Finish(line, redactor, output.Secret, 16 << 10);
            position += piece;
        }
    }
}
