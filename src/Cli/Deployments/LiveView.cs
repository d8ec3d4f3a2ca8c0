using System.Text.Json.Nodes;
using Libra.Deploy.Cli.Api;
using Libra.Deploy.Cli.CommandLine;

namespace Libra.Deploy.Cli.Deployments;

/// <summary>Shows a deployment's steps and log until it ends.</summary>
internal sealed class LiveView(Invocation call)
{
    public static readonly Option Detach = new("detach", null, "do not wait for the end", Short: 'd');

    private readonly DeploymentReport _report = new(call);

    /// <summary>Follows what was just started, unless the caller does not want to wait.</summary>
    /// <param name="accepted">The service's answer to what started it.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> FollowStartedAsync(JsonNode accepted, CancellationToken cancellationToken)
    {
        var id = (string)accepted["deploymentId"]!;
        if (!call.Has(Detach))
        {
            call.Say($"Deployment {id}");
            return await FollowAsync(id, cancellationToken);
        }

        call.Say(id);
        call.Answer(accepted);
        return ExitCodes.Done;
    }

    /// <summary>Ctrl+C ends the watching and not the deployment.</summary>
    /// <returns>The exit code: that of the deployment.</returns>
    public async Task<int> FollowAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var happened in new EventStream(call.Api, call.Note).ReadAsync(id, cancellationToken))
            {
                if (happened.Name == "end") return Conclude(happened.Data);
                Show(happened);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            SayHowToGoOn(id, "The deployment goes on.");
            return ExitCodes.Interrupted;
        }
        catch (ServiceAwayException) when (call.Api.HasAnswered)
        {
            SayHowToGoOn(id, "The connection is lost; the deployment goes on.");
            throw;
        }

        throw new InvalidOperationException("The events of a deployment end with its end.");
    }

    private int Conclude(JsonNode end)
    {
        call.Answer(end);
        return _report.Conclude(DeploymentState.Of(end));
    }

    private void Show(StreamEvent happened)
    {
        if (happened.Name == "log") call.Say(call.Terminal.Faint("  " + Printable.Of((string)happened.Data["message"]!)));
        else if (happened.Name == "status") _report.Show(DeploymentState.Of(happened.Data));
    }

    private void SayHowToGoOn(string id, string what)
    {
        call.Note(what);
        call.Note($"  follow it: libra logs -f {id}");
        call.Note($"  stop it:   libra cancel {id}");
    }
}
