namespace Libra.Deploy.WebApi.Access;

/// <summary>Names of the authentication schemes: one front door that picks the right check behind it.</summary>
internal static class Schemes
{
    public const string FrontDoor = "access";
    public const string ApiToken = "api-token";
    public const string Jwt = "jwt";
    public const string Session = "session";
}
