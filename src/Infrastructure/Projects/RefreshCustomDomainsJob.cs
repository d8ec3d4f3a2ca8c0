using System.ComponentModel;
using Libra.Deploy.Application.Projects;
using MediatR;

namespace Libra.Deploy.Infrastructure.Projects;

/// <summary>The recurring job that follows custom domains until they are live, and takes away those given up. Safe to run twice.</summary>
public sealed class RefreshCustomDomainsJob(IMediator mediator)
{
    /// <returns>What Hangfire shows as the job's result.</returns>
    [DisplayName("Custom domains")]
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var refreshed = await mediator.Send(new RefreshCustomDomainsCommand(), cancellationToken);
        return $"{refreshed.Value} domains asked about";
    }
}
