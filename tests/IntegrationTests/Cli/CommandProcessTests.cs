using System.Collections.Concurrent;
using System.Diagnostics;
using Libra.Deploy.IntegrationTests.Access;
using Microsoft.AspNetCore.Http;

namespace Libra.Deploy.IntegrationTests.Cli;

/// <summary>The program as a shell starts it, where that makes a difference.</summary>
public sealed class CommandProcessTests
{
    [Fact]
    public async Task Logs_WhenNobodyReadsThemAnyMore_EndThoughTheDeploymentGoesOn()
    {
        var seen = new TaskCompletionSource();
        await using var server = await StubServer.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync(Line(1));
            await context.Response.Body.FlushAsync();
            await seen.Task;
            for (var seq = 2; !context.RequestAborted.IsCancellationRequested; seq++)
            {
                await context.Response.WriteAsync(Line(seq));
                await context.Response.Body.FlushAsync();
            }
        });
        using var program = Start(["logs", "-f", "deploy_1_abc", "--url", server.Url.ToString()]);

        (await program.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)).Should().Be("  line 1");
        program.StandardOutput.Close();
        seen.SetResult();

        (await ExitCodeOfAsync(program)).Should().Be(141, "that is how a shell knows it, as of any program before `| head`");
        (await program.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)).Should().BeEmpty();
    }

    [Fact]
    public async Task AnyCommand_ForAServiceOnThisMachine_KeepsItsTokenFromAProxy()
    {
        var proxied = new ConcurrentQueue<string>();
        await using var proxy = await StubServer.StartAsync(context =>
        {
            proxied.Enqueue(context.Request.Headers.Authorization.ToString());
            return Task.CompletedTask;
        });
        await using var server = await StubServer.StartAsync(
            context => context.Response.WriteAsync("""{"success":true,"deployments":[]}"""));
        using var program = Start(
            ["status", "--url", server.Url.ToString(), "--token", "ldt_x"], ("http_proxy", proxy.Url.ToString()), ("no_proxy", ""));

        (await ExitCodeOfAsync(program)).Should().Be(0);
        (await program.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Should().Be("There are no deployments yet.\n");
        proxied.Should().BeEmpty();
    }

    private static Process Start(string[] words, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Libra.Deploy.Cli"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var word in words) start.ArgumentList.Add(word);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static async Task<int> ExitCodeOfAsync(Process program)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Eventually.Patience);
        try
        {
            await program.WaitForExitAsync(limit.Token);
            return program.ExitCode;
        }
        finally
        {
            program.Kill(); // one that has ended is left alone
        }
    }

    private static string Line(int seq) => $"event: log\nid: {seq}\ndata: {{\"seq\":{seq},\"message\":\"line {seq}\"}}\n\n";
}
