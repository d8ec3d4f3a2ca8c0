using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Libra.Deploy.IntegrationTests.Service;

/// <summary>The built service as an operator starts it, in a process of its own that a test may kill.</summary>
internal sealed partial class ServiceProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _data;

    private ServiceProcess(Process process, DirectoryInfo data, Uri address) => (_process, _data, Address) = (process, data, address);

    public Uri Address { get; }

    public string DataFolder => _data.FullName;

    /// <summary>Starts the service on a database and waits until it listens.</summary>
    /// <param name="environment">Variables of the process besides the ones that it inherits.</param>
    public static async Task<ServiceProcess> StartAsync(
        string database, IEnumerable<(string Key, string Value)> settings, IEnumerable<(string Name, string Value)>? environment = null)
    {
        var data = Directory.CreateTempSubdirectory("libra-process-");
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Libra.Deploy.WebApi"))
        {
            WorkingDirectory = data.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["POSTGRES_URL"] = database;
        foreach (var (name, value) in environment ?? []) start.Environment[name] = value;
        foreach (var (key, value) in Defaults(data).Concat(settings)) start.ArgumentList.Add($"--{key}={value}");

        var process = Process.Start(start)!;
        return new ServiceProcess(process, data, await AddressOfAsync(process));
    }

    /// <summary>A client with a bearer token, that shares no connection with another.</summary>
    public HttpClient ClientWith(string token)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { BaseAddress = Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>SIGKILL: the service gets no chance to put anything in order.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, as a supervisor stops it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync(TimeSpan limit)
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync().WaitAsync(limit);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
        _data.Delete(recursive: true);
    }

    private static IEnumerable<(string Key, string Value)> Defaults(DirectoryInfo data) =>
    [
        ("Host:Environment", "development"), // listens on loopback only
        ("Host:DataDirectory", data.FullName),
        ("Host:Port", "0"),
        ("Host:EdgePort", "0"),
        ("Host:LogLevel", "warn"),
        ("Logging:LogLevel:Microsoft.Hosting.Lifetime", "Information"), // says where it listens
    ];

    private static async Task<Uri> AddressOfAsync(Process process)
    {
        var errors = process.StandardError.ReadToEndAsync();
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (Listening().Match(line) is not { Success: true } match) continue;
            var address = new Uri(match.Groups["address"].Value);
            if (!await IsApiAsync(address)) continue;
            _ = process.StandardOutput.ReadToEndAsync(); // a full pipe would hold the service up
            return address;
        }

        throw new InvalidOperationException($"The service ended before it listened: {await errors}");
    }

    // The edge of the local target announces itself in the same words.
    private static async Task<bool> IsApiAsync(Uri address)
    {
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri(address, "/health/live"), TestContext.Current.CancellationToken);
        return answer.IsSuccessStatusCode;
    }

    [GeneratedRegex("Now listening on: (?<address>http://[^\"\\s]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Listening();
}
