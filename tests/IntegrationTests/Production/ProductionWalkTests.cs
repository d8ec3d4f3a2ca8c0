using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Libra.Deploy.Infrastructure.Embedded;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.IntegrationTests.Cloudflare.Double;
using Libra.Deploy.IntegrationTests.Persistence;
using Libra.Deploy.IntegrationTests.Service;
using Libra.Deploy.IntegrationTests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Production;

/// <summary>The README's production section from zero to a first deployment, and every wrong turn on the way.</summary>
public sealed class ProductionWalkTests(TestPostgres server, S3Server s3) : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("libra-production-");
    private readonly Dictionary<string, string> _variables = [];
    private CloudflareDouble _cloudflare = null!;
    private Dispatcher _dispatcher = null!;

    public async ValueTask InitializeAsync()
    {
        _cloudflare = await CloudflareDouble.StartAsync();
        _dispatcher = await Dispatcher.StartAsync(_cloudflare);
        // What the README names.
        _variables["ENVIRONMENT"] = "production";
        _variables["POSTGRES_URL"] = await server.CreateDatabaseAsync();
        _variables["CLOUDFLARE_ACCOUNT_ID"] = CloudflareDouble.AccountId;
        _variables["CLOUDFLARE_API_TOKEN"] = CloudflareDouble.Token;
        _variables["CLOUDFLARE_ZONE_ID"] = CloudflareDouble.ZoneId;
        // What only a double needs.
        _variables["Cloudflare__ApiBaseUrl"] = _cloudflare.BaseUrl.AbsoluteUri;
        _variables["NEXT_PUBLIC_DISPATCHER_URL"] = _dispatcher.Address;
        _variables["LIBRA_DATA_DIR"] = Path.Combine(_data.FullName, "data");
        _variables["Host__DatabasePatience"] = "00:00:00";
    }

    public async ValueTask DisposeAsync()
    {
        await _dispatcher.DisposeAsync();
        await _cloudflare.DisposeAsync();
        _data.Delete(recursive: true);
    }

    [Fact]
    public async Task Start_WithTheReadmesVariables_LeadsToAFirstDeployment()
    {
        await UseStorageAsync();
        var made = await ProductionService.RunAsync(_variables, "create-token");
        made.Code.Should().Be(0, made.Errors);
        made.Output.Should().MatchRegex(@"\Aldt_\S+\n\z", "a shell takes the output as it is");

        await using var service = await ProductionService.StartReadyAsync(_variables);
        service.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", made.Output.Trim());
        await SucceedsAsync(service.Client.PutAsJsonAsync("/organizations/acme/limits", new JsonObject { ["deployLimit"] = 10 }));
        await SucceedsAsync(
            service.Client.PutAsJsonAsync("/projects/shop", new JsonObject { ["organizationId"] = "acme", ["userId"] = "ada" }));
        var accepted = await SucceedsAsync(service.Client.PostAsJsonAsync("/deploy", new JsonObject
        {
            ["projectId"] = "shop",
            ["orgId"] = "acme",
            ["userId"] = "ada",
            ["initFiles"] = TestProject.Files(("index.html", "<h1>first</h1>")),
        }));

        var done = await EndOfAsync(service, (string)accepted["deploymentId"]!);

        ((string)done["status"]!).Should().Be("completed", "{0}", done);
        ((string)done["workerUrl"]!)
            .Should().Be(_dispatcher.Address.Replace("localhost", "shop-worker.localhost", StringComparison.Ordinal));
        _cloudflare.Scripts.Should().ContainKey("shop-worker");
        service.Output.Should().NotContain(CloudflareDouble.Token);
    }

    [Theory]
    [InlineData("POSTGRES_URL", null, "POSTGRES_URL is not set")]
    [InlineData("POSTGRES_URL", "postgres://libra@127.0.0.1:1/libra", "POSTGRES_URL cannot be used")]
    [InlineData("CLOUDFLARE_API_TOKEN", null, "CLOUDFLARE_ACCOUNT_ID (32 hex digits) and CLOUDFLARE_API_TOKEN are needed together")]
    [InlineData("CLOUDFLARE_ZONE_ID", "my-zone", "CLOUDFLARE_ZONE_ID must be 32 hex digits")]
    [InlineData("R2_ACCESS_KEY_ID", "key", "R2_ENDPOINT must be an http or https address")]
    [InlineData("MAX_RETRIES", "three", "(MAX_RETRIES) is 'three'; a whole number")]
    [InlineData("Queue__ReapInterval", "00:00:00", "Queue:ReapInterval must lie between")]
    [InlineData("R2_ENDPOINT", "https://127.0.0.1", "R2_ACCESS_KEY_ID and R2_SECRET_ACCESS_KEY are needed")]
    [InlineData("SANDBOX_BUILDER_DEFAULT_PROVIDER", "e2b", "E2B_API_KEY is needed")]
    [InlineData("SANDBOX_BUILDER_DEFAULT_PROVIDER", "docker", "is none of bubblewrap, daytona, e2b, process")]
    [InlineData("Http__AllowedOrigins__0", "https://*.localhost", "would trust deployed projects, which are live below localhost")]
    [InlineData("LIBRA_RUNTIME_DIR", "/nowhere", "LIBRA_RUNTIME_DIR names /nowhere")]
    public async Task Start_WhenASettingIsMissingOrWrong_StopsWithASentenceThatNamesIt(string name, string? value, string sentence)
    {
        if (value is null) _variables.Remove(name);
        else _variables[name] = value;

        var (code, _, errors) = await ProductionService.RunAsync(_variables);

        code.Should().Be(1);
        errors.Should().StartWith("Libra Deploy cannot start: ").And.Contain(sentence).And.NotContain("   at ");
    }

    [Fact]
    public async Task Start_WhenSettingsOfTwoSectionsAreWrong_NamesBoth()
    {
        (_variables["MAX_RETRIES"], _variables["RateLimit__WindowSeconds"]) = ("50", "0");

        var (code, _, errors) = await ProductionService.RunAsync(_variables);

        code.Should().Be(1);
        errors.Should().StartWith("Libra Deploy cannot start: ").And.NotContain("   at ")
            .And.Contain("Deployments:MaxRetries").And.Contain("RateLimit:WindowSeconds");
    }

    [Theory]
    [InlineData("PORT")]
    [InlineData("LIBRA_EDGE_PORT")]
    public async Task Start_WhenAPortIsTaken_NamesItAndItsSetting(string setting)
    {
        using var other = new TcpListener(IPAddress.Any, port: 0) { ExclusiveAddressUse = true };
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        foreach (var name in _variables.Keys.Where(name => name.StartsWith("CLOUDFLARE_", StringComparison.Ordinal)).ToList())
            _variables.Remove(name);
        await UseStorageAsync();
        _variables[setting] = port;

        var (code, _, errors) = await ProductionService.RunAsync(_variables);

        code.Should().Be(1);
        errors.Should().StartWith("Libra Deploy cannot start: ").And.Contain(port).And.Contain($"Set {setting} ").And.NotContain("   at ");
    }

    [Fact]
    public async Task Start_WhenTheDataFolderCannotBeMade_SaysWhichAndWhatToSet()
    {
        foreach (var name in _variables.Keys.Where(name => !name.StartsWith("LIBRA_", StringComparison.Ordinal)).ToList())
            _variables.Remove(name);
        _variables["ENVIRONMENT"] = "development";
        _variables["LIBRA_DATA_DIR"] = "/proc/nowhere";

        var (code, _, errors) = await ProductionService.RunAsync(_variables);

        code.Should().Be(1);
        errors.Should().StartWith("Libra Deploy cannot start: ").And.Contain("/proc/nowhere").And.Contain("LIBRA_DATA_DIR").And.NotContain(
            "   at ");
    }

    [Fact]
    public async Task Start_WhileTheDatabaseIsRestarted_WaitsForIt()
    {
        await UseStorageAsync();
        await using var postgres = await StartPostgresAsync();
        _variables["POSTGRES_URL"] = postgres.ConnectionString;
        _variables.Remove("Host__DatabasePatience");
        await postgres.StopAsync();

        await using var service = ProductionService.Start(_variables);
        await Eventually.BecomesTrueAsync(
            () => service.Output.Contains("does not answer yet", StringComparison.Ordinal), ProductionService.Patience,
            "it says what it waits for");
        await postgres.StartAgainAsync(TestContext.Current.CancellationToken);

        await service.BecomesReadyAsync();
    }

    [Fact]
    public async Task Start_WhenTheDatabaseUserMayNotMakeTables_SaysSo()
    {
        var role = $"weak_{Guid.NewGuid():N}";
        await using (var database = NpgsqlDataSource.Create(_variables["POSTGRES_URL"]))
        {
            await using var command = database.CreateCommand($"CREATE ROLE {role} LOGIN PASSWORD 'weak'");
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        _variables["POSTGRES_URL"] =
            new NpgsqlConnectionStringBuilder(_variables["POSTGRES_URL"]) { Username = role, Password = "weak" }.ConnectionString;

        var (code, _, errors) = await ProductionService.RunAsync(_variables);

        code.Should().Be(1);
        errors.Should().Contain("POSTGRES_URL cannot be used").And.Contain("permission denied").And.NotContain("   at ");
    }

    [Fact]
    public async Task Start_OnTablesOfAnotherVersion_SaysSoAndNamesTheVariable()
    {
        await MakeTablesOfAnotherVersionAsync(_variables["POSTGRES_URL"]);

        var (code, _, errors) = await ProductionService.RunAsync(_variables);

        code.Should().Be(1);
        errors.Should().Contain("POSTGRES_URL cannot be used: its tables are of another version").And.Contain(
            "set POSTGRES_URL to another").And.NotContain("Remove").And.NotContain("   at ");
    }

    [Fact]
    public async Task Start_OnAnEmbeddedDatabaseOfAnotherVersion_SaysWhichFolderToRemove()
    {
        var folder = Path.Combine(_data.FullName, "data");
        await using (var postgres = await StartPostgresAsync(Path.Combine("data", "postgres")))
            await MakeTablesOfAnotherVersionAsync(postgres.ConnectionString);

        var (code, _, errors) = await ProductionService.RunAsync(new Dictionary<string, string>
        {
            ["ENVIRONMENT"] = "development",
            ["LIBRA_DATA_DIR"] = folder,
        });

        code.Should().Be(1);
        errors.Should().Contain($"the embedded database in {folder} cannot be used: its tables are of another version").And.Contain(
            $"Remove the folder {folder} ").And.NotContain("POSTGRES_URL").And.NotContain("   at ");
    }

    [Fact]
    public async Task Start_WhenTheAccountLacksSomething_SaysItInTheLogAndInDetailedHealth()
    {
        _cloudflare.Account.Entitled = false;
        _cloudflare.Hostnames.FallbackOrigin = null;
        await UseStorageAsync();
        _variables["R2_LOGS_BUCKET"] = "a-bucket-that-nobody-made";

        await using var service = ProductionService.Start(_variables);
        await Eventually.BecomesTrueAsync(
            () => service.Output.Contains("R2_LOGS_BUCKET", StringComparison.Ordinal), TimeSpan.FromMinutes(2),
            "the start says what is missing");

        using var health = await service.Client.GetAsync("/health/detailed", TestContext.Current.CancellationToken);
        var detailed = await health.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        foreach (var missing in new[] { "Workers for Platforms is not part of the Cloudflare account",
            "The Cloudflare zone has no fallback origin" })
        {
            await Eventually.BecomesTrueAsync(
                () => service.Output.Contains(missing, StringComparison.Ordinal), TimeSpan.FromMinutes(2), "the start says that, too");
            detailed.Should().Contain(missing);
        }
    }

    [Theory]
    [InlineData(null, "::")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    public async Task Start_WithoutServices_SaysWhatThisMachineDoesInsteadAndListensWhereItIsTold(string? address, string listens)
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "This machine has no IPv6.");
        foreach (var name in _variables.Keys.Where(name => name.StartsWith("CLOUDFLARE_", StringComparison.Ordinal)).ToList())
            _variables.Remove(name);
        _variables["LIBRA_EDGE_PORT"] = "0";
        if (address is not null) _variables["Host__Address"] = address;

        await using var service = ProductionService.Start(_variables);
        await Eventually.BecomesTrueAsync(
            () => service.Output.Contains("Projects go live on the Workers runtime of this machine alone", StringComparison.Ordinal),
            ProductionService.Patience, "the start says what this machine does itself");

        service.Output.Should().Contain($"kept in the folder {Path.Combine(_variables["LIBRA_DATA_DIR"], "objects")}");
        var health = await service.Client.GetStringAsync("/health/detailed", TestContext.Current.CancellationToken);
        health.Should().Contain("in a folder of this machine").And.Contain("The target (local)");
        IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners()
            .Where(listener => listener.Port == service.Client.BaseAddress!.Port).Select(listener => listener.Address)
            .Should().Equal(IPAddress.Parse(listens));
    }

    private static async Task MakeTablesOfAnotherVersionAsync(string connectionString)
    {
        await PlatformDatabase.PrepareAsync(connectionString);
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var command = database.CreateCommand(
            "DELETE FROM deploy.__migrations; INSERT INTO deploy.__migrations VALUES ('20200101000000_Initial', '10.0.0')");
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>One that the test may stop.</summary>
    private Task<EmbeddedPostgres> StartPostgresAsync(string folder = "pg")
    {
        File.SetUnixFileMode(_data.FullName, (UnixFileMode)0b111_101_101); // PostgreSQL's own user has to pass through
        return EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions
            {
                BinFolder = RuntimeLayout.Find().PostgresBin,
                DataFolder = Path.Combine(_data.FullName, folder),
                Durable = false,
                Port = FixedPorts.Take(),
            },
            NullLogger.Instance, TestContext.Current.CancellationToken);
    }

    private async Task UseStorageAsync()
    {
        var store = await s3.OptionsAsync();
        _variables["R2_ENDPOINT"] = store.Endpoint!.AbsoluteUri;
        _variables["R2_ACCESS_KEY_ID"] = store.AccessKeyId;
        _variables["R2_SECRET_ACCESS_KEY"] = store.SecretAccessKey;
    }

    private static async Task<JsonNode> SucceedsAsync(Task<HttpResponseMessage> sending)
    {
        using var answer = await sending;
        var body = await answer.Content.ReadFromJsonAsync<JsonNode>();
        answer.IsSuccessStatusCode.Should().BeTrue("{0}", body);
        return body!;
    }

    private static async Task<JsonNode> EndOfAsync(ProductionService service, string id)
    {
        JsonNode status = null!;
        await Eventually.BecomesTrueAsync(async () =>
        {
            status = (await service.Client.GetFromJsonAsync<JsonNode>($"/deploy/{id}/status"))!;
            return (string)status["status"]! is "completed" or "failed" or "cancelled";
        }, TimeSpan.FromMinutes(3), "the deployment ends");
        return status;
    }
}
