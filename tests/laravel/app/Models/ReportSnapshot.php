<?php

namespace App\Models;

use Illuminate\Database\Eloquent\Model;

class ReportSnapshot extends Model
{
    protected $fillable = ['tenant_id', 'job', 'period', 'title', 'revision', 'data'];

    protected $casts = ['revision' => 'integer', 'data' => 'array'];

    public function artifacts()
    {
        return $this->hasMany(ReportArtifact::class);
    }

    public function scopeForTenant($query, $tenantId)
    {
        return $query->where('tenant_id', $tenantId);
    }
}
