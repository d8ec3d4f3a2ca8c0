using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Libra.Deploy.WebApi.Access;

/// <summary>Tells the framework's JWT check whom to believe.</summary>
internal sealed class JwtSetup(IOptions<AccessOptions> access) : IConfigureNamedOptions<JwtBearerOptions>
{
    public void Configure(JwtBearerOptions options) => Configure(Schemes.Jwt, options);

    public void Configure(string? name, JwtBearerOptions options)
    {
        var jwt = access.Value.Jwt;
        if (name != Schemes.Jwt || !jwt.Enabled) return;

        options.MapInboundClaims = false; // claims keep the names that the issuer gave them
        options.BackchannelTimeout = jwt.Timeout;
        options.RequireHttpsMetadata = false; // our own validator asks for https and spares only this machine
        options.TokenValidationParameters = Parameters(jwt);
        if (jwt.JwksUrl is null) options.Authority = jwt.Authority!.ToString();
        else options.ConfigurationManager = KeysFrom(jwt.JwksUrl, jwt.Timeout);
        options.Events = new JwtBearerEvents
        {
            OnTokenValidated = context => Accept(context, jwt),
            OnAuthenticationFailed = Refuse,
        };
    }

    private static TokenValidationParameters Parameters(JwtOptions jwt) => new()
    {
        ValidAlgorithms = jwt.Algorithms,
        ValidAudience = jwt.Audience,
        ValidIssuer = jwt.Issuer,
        ValidateIssuer = true,
        ValidateAudience = true,
        ValidateLifetime = true,
        RequireExpirationTime = true,
        RequireSignedTokens = true,
        ValidateIssuerSigningKey = true,
        ClockSkew = jwt.ClockSkew,
    };

    private static ConfigurationManager<OpenIdConnectConfiguration> KeysFrom(Uri address, TimeSpan timeout)
    {
        // Lives as long as the process, as the configuration manager that holds it does.
        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = timeout };
        return new ConfigurationManager<OpenIdConnectConfiguration>(
            address.ToString(), new JwksRetriever(), new HttpDocumentRetriever(http) { RequireHttps = false });
    }

    private static Task Accept(TokenValidatedContext context, JwtOptions jwt)
    {
        if (JwtCallers.From(context.Principal!, jwt) is { } caller) context.Principal = new ClaimsPrincipal(new CallerIdentity(caller));
        else context.Fail("The JWT names no user.");
        return Task.CompletedTask;
    }

    // Without this an issuer that cannot be reached would be a fault of ours instead of a refusal.
    private static Task Refuse(AuthenticationFailedContext context)
    {
        context.Fail(context.Exception);
        return Task.CompletedTask;
    }

    /// <summary>Reads a bare key set where the framework expects a discovery document.</summary>
    private sealed class JwksRetriever : IConfigurationRetriever<OpenIdConnectConfiguration>
    {
        public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(
            string address, IDocumentRetriever retriever, CancellationToken cancel)
        {
            var configuration = new OpenIdConnectConfiguration();
            foreach (var key in new JsonWebKeySet(await retriever.GetDocumentAsync(address, cancel)).GetSigningKeys())
                configuration.SigningKeys.Add(key);
            return configuration;
        }
    }
}
