using Libra.Deploy.Application.Access;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.WebApi.Configuration;
using MediatR;

namespace Libra.Deploy.WebApi.Composition;

/// <summary>
/// <c>Libra.Deploy.WebApi create-token</c>: prints an administrator's token and ends. The way in for who has just set the service up; it
/// takes the service's own settings, and so nobody who could not read the database anyway.
/// </summary>
internal static class FirstToken
{
    public static bool IsAskedFor(string[] args) => args is ["create-token", ..];

    /// <summary>The other arguments, with a log that does not mix with the token.</summary>
    public static string[] Quiet(string[] args) => [.. args[1..], "--Host:LogLevel=error"];

    /// <summary>The token and nothing else, so that a shell can take it as it is.</summary>
    public static async Task PrintAsync(IServiceProvider services, TextWriter output)
    {
        await using var scope = services.CreateAsyncScope();
        var grant = new TokenGrant("administrator", OrganizationId: null, UserId: null, [Scopes.Admin], ExpiresAt: null);
        var issued = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new CreateTokenCommand(grant, "create-token"));
        if (issued.IsError) throw new StartRefusedException(issued.FirstError.Description);
        await output.WriteLineAsync(issued.Value.Secret.Reveal());
    }
}
