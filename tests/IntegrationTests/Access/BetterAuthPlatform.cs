using System.Diagnostics;
using System.Net.Http.Json;
using Libra.Deploy.IntegrationTests.Http;

namespace Libra.Deploy.IntegrationTests.Access;

/// <summary>A platform with the real better-auth, in a Node process of its own.</summary>
public sealed class BetterAuthPlatform : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("libra-better-auth-");
    private Process? _server;

    public Uri Url { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var source = Path.Combine(AppContext.BaseDirectory, "Access", "better-auth");
        foreach (var file in Directory.GetFiles(source)) File.Copy(file, Path.Combine(_folder.FullName, Path.GetFileName(file)));
        await RunAsync("npm", "ci", "--ignore-scripts", "--omit=peer", "--no-audit", "--no-fund");
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Signs a new person up, with an organization that is active in the session if one is asked for.</summary>
    public async Task<Person> SignUpAsync(bool withOrganization = true)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = Url };
        client.DefaultRequestHeaders.Add("Origin", Url.GetLeftPart(UriPartial.Authority));
        var name = $"p{Guid.NewGuid():N}";
        var signedUp = await client.PostAsJsonAsync(
            "/api/auth/sign-up/email", new { email = $"{name}@example.com", password = "correct horse battery", name });
        signedUp.EnsureSuccessStatusCode();
        var cookie = signedUp.Header("Set-Cookie")!.Split(';')[0];
        var bearer = signedUp.Header("set-auth-token")!;
        var user = (await signedUp.JsonAsync()).GetProperty("user").Text("id")!;
        if (!withOrganization) return new Person(user, null, cookie, bearer);

        client.DefaultRequestHeaders.Add("Cookie", cookie);
        var created = await client.PostAsJsonAsync("/api/auth/organization/create", new { name, slug = name });
        created.EnsureSuccessStatusCode();
        return new Person(user, (await created.JsonAsync()).Text("id"), cookie, bearer);
    }

    public async Task SignOutAsync(Person person)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = Url };
        var signedOut = await client.SendAsync(
            HttpMethod.Post, "/api/auth/sign-out", ("Origin", Url.GetLeftPart(UriPartial.Authority)), ("Cookie", person.Cookie));
        signedOut.EnsureSuccessStatusCode();
    }

    /// <summary>How often the platform was asked about a session since it started.</summary>
    public async Task<int> SessionChecksAsync()
    {
        using var client = new HttpClient();
        return int.Parse(await client.GetStringAsync(new Uri(Url, "/session-checks")), System.Globalization.CultureInfo.InvariantCulture);
    }

    private async Task StartAsync()
    {
        _server = Process.Start(new ProcessStartInfo("node", "server.mjs")
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var line = await _server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        Url = new Uri(line ?? throw new InvalidOperationException("better-auth did not start; its error output is above."));
    }

    private async Task StopAsync()
    {
        if (_server is null) return;

        _server.StandardInput.Close();
        await _server.WaitForExitAsync();
        _server.Dispose();
        _server = null;
    }

    private async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0, "{0}{1}", await output, await errors);
    }
}

/// <summary>Someone with a session.</summary>
/// <param name="Cookie">As a browser would send it: name=value.</param>
/// <param name="Bearer">As the bearer plugin hands it out.</param>
public sealed record Person(string UserId, string? OrganizationId, string Cookie, string Bearer);
