using System.Net;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.Infrastructure.Persistence;
using Libra.Deploy.IntegrationTests.Http;
using Libra.Deploy.IntegrationTests.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Access;

public sealed class ApiTokenTests(TestPostgres postgres) : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
    private string _database = null!;
    private AccessHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateDatabaseAsync();
        _host = await StartNodeAsync();
        await _host.Services.GetRequiredService<DatabaseSetup>().RunAsync(CancellationToken.None);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Create_ByAnAdministrator_GivesATokenThatDoesWhatItSays()
    {
        var admin = await AdminAsync();

        var response =
            await CreateAsync(admin,
                """{"name":"ci","organizationId":"o1","userId":"u1","scopes":["deployments:read"],"expiresAt":"2026-12-01T00:00:00Z"}""");

        response.StatusCode.Should().Be(HttpStatusCode.Created);
        response.Header("Cache-Control").Should().Be("no-store");
        var token = await response.JsonAsync();
        var secret = token.Text("secret")!;
        secret.Should().MatchRegex("^ldt_[A-Za-z0-9_-]{43}$").And.StartWith(token.Text("prefix"));
        token.Text("expiresAt").Should().Be("2026-12-01T00:00:00.000Z");
        var caller = await (await _host.GetAsync("/read", secret)).JsonAsync();
        caller.ToString().Should().Be("""{"userId":"u1","organizations":["o1"],"all":false,"scopes":["deployments:read"]}""");
        (await _host.GetAsync("/operations", secret)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await _host.GetAsync("/tokens", secret)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Create_SaysWhereTheTokenCanBeSeen_WithoutItsSecret()
    {
        var admin = await AdminAsync();
        var created = await CreateAsync(admin, """{"name":"ci","organizationId":"o1","scopes":["deployments:read"]}""");
        var secret = (await created.JsonAsync()).Text("secret")!;

        var shown = await _host.GetAsync(created.Header("Location")!, admin);

        shown.StatusCode.Should().Be(HttpStatusCode.OK);
        var token = (await shown.JsonAsync()).GetProperty("token");
        (token.Text("name"), token.Text("organizationId")).Should().Be(("ci", "o1"));
        token.ToString().Should().NotContain(secret);
    }

    [Theory]
    [InlineData("01893ab0-0000-7000-8000-000000000000")]
    [InlineData("no-uuid")]
    public async Task Show_OfATokenThatIsNotThere_IsNotFound(string id) =>
        (await _host.GetAsync($"/tokens/{id}", await AdminAsync())).StatusCode.Should().Be(HttpStatusCode.NotFound);

    [Fact]
    public async Task Create_KeepsTheSecretOutOfTheDatabaseTheListAndTheLog()
    {
        var admin = await AdminAsync();

        var secret = (await (await CreateAsync(admin, """{"name":"ci","scopes":["deployments:read"]}""")).JsonAsync()).Text("secret")!;
        await _host.GetAsync("/read", secret);

        (await AskAsync("SELECT string_agg(t::text, ' ') FROM deploy.api_tokens t")).ToString()
            .Should().NotContain(secret).And.Contain(secret[..12]);
        (await (await _host.GetAsync("/tokens", admin)).Content.ReadAsStringAsync()).Should().NotContain(secret).And.Contain(secret[..12]);
        var random = secret[TokenSecret.Mark.Length..];
        _host.Logs.Lines.Should().NotContain(line => line.Message.Contains(random));
    }

    [Theory]
    [InlineData("""{"name":"x","scopes":[]}""", "scopes")]
    [InlineData("""{"name":"x"}""", "scopes")]
    [InlineData("""{"name":"x","scopes":["everything"]}""", "scopes")]
    [InlineData("""{"name":"x","scopes":[1]}""", "scopes")]
    [InlineData("""{"name":"","scopes":["admin"]}""", "name")]
    [InlineData("""{"scopes":["admin"]}""", "name")]
    [InlineData("""{"name":"x","organizationId":"","scopes":["deployments:read"]}""", "organizationId")]
    [InlineData("""{"name":"x","organizationId":"o1","scopes":["admin"]}""", "organizationId")]
    [InlineData("""{"name":"x","scopes":["admin"],"expiresAt":"2026-11-23T12:00:00Z"}""", "expiresAt")]
    [InlineData("""{"name":"x","scopes":["admin"],"expiresAt":"tomorrow"}""", "expiresAt")]
    public async Task Create_WhenTheGrantMakesNoSense_IsRefused(string body, string field)
    {
        var response = await CreateAsync(await AdminAsync(), body);

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.JsonAsync()).GetProperty("details").GetProperty("fieldErrors").TryGetProperty(field, out _).Should().BeTrue();
    }

    [Fact]
    public async Task Token_AfterItExpired_IsUnauthorizedThoughItWasJustGood()
    {
        var secret = await IssueAsync(expiresAt: _clock.GetUtcNow().AddSeconds(2));
        (await _host.GetAsync("/read", secret)).StatusCode.Should().Be(HttpStatusCode.OK);

        _clock.Advance(TimeSpan.FromSeconds(2));

        (await _host.GetAsync("/read", secret)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Revoke_IsHonouredHereAtOnceAndElsewhereWithinSeconds()
    {
        var admin = await AdminAsync();
        var token = await (await CreateAsync(admin, """{"name":"ci","organizationId":"o1","scopes":["deployments:read"]}""")).JsonAsync();
        var (path, secret) = ($"/tokens/{token.Text("id")}", token.Text("secret")!);
        await using var other = await StartNodeAsync();
        (await _host.GetAsync("/read", secret)).StatusCode.Should().Be(HttpStatusCode.OK);
        (await other.GetAsync("/read", secret)).StatusCode.Should().Be(HttpStatusCode.OK);

        var revoked = await RevokeAsync(admin, path);

        revoked.StatusCode.Should().Be(HttpStatusCode.OK);
        (await _host.GetAsync("/read", secret)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        _clock.Advance(TimeSpan.FromSeconds(5));
        (await other.GetAsync("/read", secret)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await RevokeAsync(admin, path)).StatusCode.Should().Be(HttpStatusCode.Conflict);
    }

    [Theory]
    [InlineData("01893ab0-0000-7000-8000-000000000000")]
    [InlineData("no-uuid")]
    public async Task Revoke_OfATokenThatIsNotThere_IsNotFound(string id)
    {
        var response = await RevokeAsync(await AdminAsync(), $"/tokens/{id}");

        response.StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await response.JsonAsync()).Text("error").Should().Be("Resource not found");
    }

    [Fact]
    public async Task Use_IsWrittenDownOnceAMinute()
    {
        var (secret, other) = (await IssueAsync(), await IssueAsync(name: "other"));
        var first = _clock.GetUtcNow();

        await _host.GetAsync("/read", secret);
        await LastUseBecomesAsync(first);
        _clock.Advance(TimeSpan.FromSeconds(59));
        await _host.GetAsync("/read", secret);
        await _host.GetAsync("/read", other);
        await LastUseBecomesAsync(first.AddSeconds(59), "other"); // uses are written down in their order
        (await LastUseAsync("test")).Should().Be(first.UtcDateTime, "a minute is not over");
        _clock.Advance(TimeSpan.FromSeconds(1));
        await _host.GetAsync("/read", secret);

        await LastUseBecomesAsync(first.AddMinutes(1));
    }

    [Fact]
    public async Task Token_WhenTheDatabaseIsAway_IsNeitherGoodNorBad()
    {
        await using var host = await AccessHost.StartAsync();

        var response = await host.GetAsync("/read", TokenSecret.New().Reveal());

        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        response.Header("Retry-After").Should().NotBeNull();
    }

    [Fact]
    public async Task Token_WhenTokensAreSwitchedOff_IsUnauthorized()
    {
        var secret = await IssueAsync();
        await using var host = await AccessHost.StartAsync(new Dictionary<string, string?> { ["ApiTokens"] = "false" }, _database, _clock);

        (await host.GetAsync("/read", secret)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    private Task<AccessHost> StartNodeAsync() => AccessHost.StartAsync(database: _database, clock: _clock);

    private Task<string> AdminAsync() => IssueAsync([Scopes.Admin], organizationId: null);

    private async Task<string> IssueAsync(
        string[]? scopes = null, DateTimeOffset? expiresAt = null, string? organizationId = "o1", string name = "test")
    {
        await using var scope = _host.Services.CreateAsyncScope();
        var secret = TokenSecret.New();
        var now = _clock.GetUtcNow();
        var grant = new TokenGrant(name, organizationId, UserId: null, scopes ?? [Scopes.DeploymentsRead], expiresAt);
        scope.ServiceProvider.GetRequiredService<IApiTokenRepository>().Add(ApiToken.Issue(ApiTokenId.New(now), secret, grant, now).Value);
        await scope.ServiceProvider.GetRequiredService<IUnitOfWork>().CommitAsync(CancellationToken.None);
        return secret.Reveal();
    }

    private async Task<HttpResponseMessage> CreateAsync(string admin, string body)
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Post, "/tokens") { Content = new StringContent(body, null, "application/json") };
        request.Headers.Authorization = new("Bearer", admin);
        return await _host.Client.SendAsync(request);
    }

    private Task<HttpResponseMessage> RevokeAsync(string admin, string path) =>
        _host.Client.SendAsync(HttpMethod.Delete, path, ("Authorization", $"Bearer {admin}"));

    private Task<object> LastUseAsync(string name) => AskAsync($"SELECT last_used_at FROM deploy.api_tokens WHERE name = '{name}'");

    private Task LastUseBecomesAsync(DateTimeOffset expected, string name = "test") => Eventually.BecomesTrueAsync(
        async () => await LastUseAsync(name) is DateTime time && time == expected.UtcDateTime,
        Eventually.Patience,
        $"the token's last use should be {expected:T}");

    private async Task<object> AskAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_database);
        await using var command = source.CreateCommand(sql);
        return (await command.ExecuteScalarAsync())!;
    }
}
