using System.Text.RegularExpressions;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.Infrastructure.Credentials;
using Libra.Deploy.Infrastructure.Storage;
using Libra.Deploy.Infrastructure.Targets.Cloudflare;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.ArchitectureTests;

/// <summary>Secrets have types that cannot be printed, and no call of a logger is handed one, nor a text that is named like one.</summary>
public sealed partial class SecretTests
{
    private static readonly HashSet<string> Secrets =
    [
        .. Layers.All.SelectMany(Layers.TypesOf).Where(type => type.GetMethod("Reveal", Everything) is not null)
        .Select(type => type.FullName!),
        typeof(TokenHash).FullName!,
    ];

    private const System.Reflection.BindingFlags Everything =
        System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic;

    [Fact]
    public void NoLogCall_IsHandedASecret()
    {
        var calls = Layers.All.SelectMany(layer => LogCalls.In(layer.Location)).ToList();

        Secrets.Should().Contain(typeof(TokenSecret).FullName!).And.Contain(typeof(ServiceKey).FullName!);
        calls.Should().HaveCountGreaterThan(30, "a rule over no calls always passes");
        calls.Where(TakesASecret).Select(call => call.Method).Should().BeEmpty();
    }

    [Fact]
    public void LogCalls_ThatAreHandedASecret_AreFoundOut()
    {
        var caught = LogCalls.In(typeof(Careless).Assembly.Location).Where(TakesASecret).Select(call => call.Method).ToList();

        caught.Should().HaveCount(3).And.OnlyContain(method => method.Contains(nameof(Careless), StringComparison.Ordinal));
    }

    [Fact]
    public void Secrets_WhenPrinted_ShowNothing()
    {
        var secret = TokenSecret.New();
        var store = new S3ObjectStoreOptions { AccessKeyId = "key-id", SecretAccessKey = "key-secret" };

        secret.ToString().Should().NotContain(secret.Reveal());
        new ServiceKey("cloudflare-secret").ToString().Should().NotContain("cloudflare-secret");
        store.ToString().Should().NotContain("key-id").And.NotContain("key-secret");
    }

    private static bool TakesASecret(LogCall call) =>
        call.Arguments.Any(value => Secrets.Contains(value.Type) || NameOfASecret().IsMatch(value.Name));

    [GeneratedRegex(@"^(get_)?_?<?(Reveal|.*Secret(AccessKey)?|.*Password|.*ApiKey|.*ApiToken|.*ConnectionString|PostgresUrl|.*Authorization|.*Cookies?)(>\w+)?$", RegexOptions.IgnoreCase)]
    private static partial Regex NameOfASecret();

    /// <summary>Never called: shows that the rule sees what it is to see.</summary>
    private sealed class Careless(ILogger<Careless> logger)
    {
        private readonly string _password = "x";

        public void Whole(TokenSecret secret) => logger.LogInformation("Issued {Secret}", secret);

        public void Text(TokenSecret secret, string caller) => logger.LogWarning("{Caller} has {Text}", caller, secret.Reveal());

        public void Named() => logger.LogDebug("Signing in with {Text}", _password);

        public void Harmless(ApiTokenId id, int count) => logger.LogDebug("{Count} uses of {TokenId}", count, id);
    }
}
