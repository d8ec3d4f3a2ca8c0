using Libra.Deploy.Application.Access;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.Domain.Projects;
using Libra.Deploy.Infrastructure.Embedded;
using Libra.Deploy.WebApi.Configuration;
using MediatR;

namespace Libra.Deploy.WebApi.Composition;

/// <summary>Fills an embedded service with something to deploy, and tells a newcomer how.</summary>
internal sealed class DemoSetup(
    DemoData demo, IApiTokenCallers tokens, IDeployTarget target, IServiceScopeFactory scopes, HostSettings settings)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private string TokenFile => Path.Combine(settings.DataPath, "dev-token");

    /// <summary>Safe to repeat: what is there, the token included, stays.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await demo.EnsureAsync(cancellationToken);
        if (!await HasTokenAsync(cancellationToken)) await IssueTokenAsync(cancellationToken);
    }

    /// <summary>Prints the addresses and one command that deploys.</summary>
    public async Task GreetAsync(TextWriter output, string api)
    {
        await output.WriteLineAsync(
            $"""

              Libra Deploy is ready.
                API       {api}
                Demo      {target.AddressOf(WorkerName.For(DemoData.ProjectId))} (once it is deployed)
                Data      {settings.DataPath}

              Deploy the demo project:
                {CommandFor(api, TokenFile)}

              """);
    }

    /// <summary>A command line that deploys the demo project, whatever the path of the data folder has in it.</summary>
    internal static string CommandFor(string api, string tokenFile) =>
        $$"""
          curl -X POST {{api}}/deploy -H "Authorization: Bearer $(cat {{Quote(tokenFile)}})" -H 'Content-Type: application/json' \
              -d '{"projectId":"{{DemoData.ProjectId}}","orgId":"{{DemoData.OrganizationId}}","userId":"{{DemoData.UserId}}"}'
          """;

    private static string Quote(string path) => $"'{path.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private async Task<bool> HasTokenAsync(CancellationToken cancellationToken) =>
        File.Exists(TokenFile)
        && TokenSecret.TryParse((await File.ReadAllTextAsync(TokenFile, cancellationToken)).Trim()) is { } secret
        && await tokens.FindAsync(secret, cancellationToken) is not null;

    private async Task IssueTokenAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var grant = new TokenGrant("development", OrganizationId: null, UserId: null, [Scopes.Admin], ExpiresAt: null);
        var issued = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(
            new CreateTokenCommand(grant, "start"), cancellationToken);
        File.Delete(TokenFile);
        await using var file = new FileStream(
            TokenFile, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
        await using var writer = new StreamWriter(file);
        await writer.WriteAsync(issued.Value.Secret.Reveal());
    }
}
