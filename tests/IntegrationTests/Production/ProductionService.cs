using System.Diagnostics;
using System.Net;
using System.Text;

namespace Libra.Deploy.IntegrationTests.Production;

/// <summary>
/// The service's own program as an operator starts it: in a process of its own, with nothing but the variables of a test.
/// </summary>
internal sealed class ProductionService : IAsyncDisposable
{
    /// <summary>Longer than anything here may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private ProductionService(Process process, int port)
    {
        (_process, Client) = (process, new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") });
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public HttpClient Client { get; }

    /// <summary>Everything that it wrote so far.</summary>
    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    // Beside the tests in bin, since the tests' own build made it.
    private static string Program { get; } = Path.Combine(
        AppContext.BaseDirectory.Replace("/tests/IntegrationTests/", "/src/WebApi/", StringComparison.Ordinal), "Libra.Deploy.WebApi");

    /// <summary>Starts it; nothing says yet that it will run.</summary>
    public static ProductionService Start(IReadOnlyDictionary<string, string> variables)
    {
        var port = FixedPorts.Take();
        return new ProductionService(Process.Start(Describe(variables, port))!, port);
    }

    /// <summary>Starts it and waits until it can take deployments.</summary>
    public static async Task<ProductionService> StartReadyAsync(IReadOnlyDictionary<string, string> variables)
    {
        var service = Start(variables);
        await service.BecomesReadyAsync();
        return service;
    }

    /// <summary>Waits until it can take deployments.</summary>
    public Task BecomesReadyAsync() => Eventually.BecomesTrueAsync(async () =>
    {
        _process.HasExited.Should().BeFalse("{0}", Output);
        return await IsReadyAsync();
    }, Patience, "it becomes ready");

    /// <summary>Runs it to its end and gives what it printed.</summary>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(
        IReadOnlyDictionary<string, string> variables, params string[] arguments)
    {
        var start = Describe(variables, FixedPorts.Take());
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        using var time = new CancellationTokenSource(Patience);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(time.Token), process.StandardError.ReadToEndAsync(time.Token));
        try
        {
            await process.WaitForExitAsync(time.Token);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }

        return (process.ExitCode, await output, await errors);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await Client.GetAsync("/health/ready");
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false; // it does not listen yet
        }
    }

    private static ProcessStartInfo Describe(IReadOnlyDictionary<string, string> variables, int port)
    {
        var start = new ProcessStartInfo(Program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys
            .Where(name => name is not ("PATH" or "HOME" or "DOTNET_ROOT") && !name.StartsWith("NPM_", StringComparison.OrdinalIgnoreCase))
            .ToList())
            start.Environment.Remove(name);
        start.Environment["PORT"] = $"{port}";
        foreach (var (name, value) in variables) start.Environment[name] = value;
        return start;
    }

    private void Keep(string? line)
    {
        lock (_output) _output.AppendLine(line);
    }
}
