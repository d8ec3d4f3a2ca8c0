using Libra.Deploy.Domain.Access;
using Microsoft.AspNetCore.Authentication;

namespace Libra.Deploy.WebApi.Access;

/// <summary>Asks again, in the middle of a long answer, who it goes to.</summary>
internal sealed class ContinuedAccess(IServiceScopeFactory scopes, Credentials credentials)
{
    /// <summary>The caller as of now; null when what the request brought is no longer good.</summary>
    public async Task<Caller?> FindAsync(HttpContext http)
    {
        // The handlers of the request itself would only repeat what they found at its beginning.
        await using var scope = scopes.CreateAsyncScope();
        var handlers = scope.ServiceProvider.GetRequiredService<IAuthenticationHandlerProvider>();
        var handler = await handlers.GetHandlerAsync(http, credentials.SchemeOf(http));
        var found = await handler!.AuthenticateAsync();
        return found.Principal?.FindCaller();
    }
}
